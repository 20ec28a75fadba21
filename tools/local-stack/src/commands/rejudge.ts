import { runScript } from './compiled-script';
import type { Context } from './context';

/** `npm run rejudge`: what comes out otherwise by the rules of now is told as any other change. */
export const rejudge = (context: Context): Promise<number> =>
  runScript('meeting-extraction', 'rejudge.js', [], context);

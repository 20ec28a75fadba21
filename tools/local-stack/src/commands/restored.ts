import { isService, services } from '../services/services';
import { Refusal } from '../settings/settings';
import { runScript } from './compiled-script';
import type { Context } from './context';

/** `npm run restored -- <service>`: its database was put back from an older copy; everything is published again under a new epoch. */
export async function restored(service: string, context: Context): Promise<number> {
  if (!isService(service)) throw new Refusal(`There is no service ${service}: name one of ${services.join(', ')}.`);
  return runScript(service, 'restored.js', [], context);
}

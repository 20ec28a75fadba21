import { signToken } from '../people/token';
import { type Context, requireSecrets, write } from './context';

export interface TokenOptions {
  user: string;
  operator?: boolean;
  client?: string;
  scopes?: string[];
}

/** `npm run --silent token`: prints a token that the local gateway accepts for 12 hours. */
export async function token(options: TokenOptions, context: Context): Promise<number> {
  const scopes = options.scopes?.flatMap((list) => list.split(',')).filter((scope) => scope !== '');
  write(await signToken({ ...options, ...(scopes && { scopes }) }, requireSecrets(context), context.settings));
  return 0;
}

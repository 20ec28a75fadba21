import { existsSync } from 'node:fs';
import { isService, services } from '../services/services';
import { Refusal } from '../settings/settings';
import { runScript, scriptOf } from './compiled-script';
import type { Context } from './context';

/** `npm run rebuild -- <service> <read model>`: makes a read model anew beside the old one and switches. */
export async function rebuild(service: string, readModels: string[], context: Context): Promise<number> {
  if (!isService(service)) throw new Refusal(`There is no service ${service}: name one of ${services.join(', ')}.`);
  if (!existsSync(scriptOf(service, 'rebuild.js')))
    throw new Refusal(`${service} has no read models to make anew: gateway has.`);
  return runScript(service, 'rebuild.js', readModels, context);
}

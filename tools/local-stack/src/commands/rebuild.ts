import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accepts } from '@calendar-sync/test-infrastructure';
import { compiled } from '../services/process-definitions';
import { databaseVariable, isService, services, settingsFor } from '../services/services';
import { Refusal } from '../settings/settings';
import { type Context } from './context';
import { settingsOfStack } from './settings-of-stack';

/** `npm run rebuild -- <service> <read model>`: makes a read model anew beside the old one and switches. */
export async function rebuild(service: string, readModels: string[], context: Context): Promise<number> {
  if (!isService(service)) throw new Refusal(`There is no service ${service}: name one of ${services.join(', ')}.`);
  const script = join(dirname(compiled(service, 'main.js')), 'rebuild.js');
  if (!existsSync(script)) throw new Refusal(`${service} has no read models to make anew: gateway has.`);
  const settings = await settingsOfStack(context);
  const { hostname, port } = new URL(settings[databaseVariable(service)]!);
  if (!(await accepts(Number(port || 5432), hostname))) {
    throw new Refusal(`The database of ${service} does not answer: is \`npm start\` running?`);
  }
  const child = spawn(process.execPath, [script, ...readModels], {
    stdio: 'inherit',
    env: settingsFor(service, settings),
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accepts } from '@calendar-sync/test-infrastructure';
import { compiled } from '../services/process-definitions';
import { databaseVariable, type Service, settingsFor } from '../services/services';
import { Refusal } from '../settings/settings';
import type { Context } from './context';
import { settingsOfStack } from './settings-of-stack';

export const scriptOf = (service: Service, name: string) => join(dirname(compiled(service, 'main.js')), name);

/** Runs a script of the service with the service's settings; gives its exit code. Throws a Refusal where its database doesn't answer. */
export async function runScript(service: Service, name: string, args: string[], context: Context): Promise<number> {
  const script = scriptOf(service, name);
  if (!existsSync(script)) throw new Refusal(`${service} is not built: \`npm run build\`.`);
  const settings = await settingsOfStack(context);
  const { hostname, port } = new URL(settings[databaseVariable(service)]!);
  if (!(await accepts(Number(port || 5432), hostname))) {
    throw new Refusal(`The database of ${service} does not answer: is \`npm start\` running?`);
  }
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit', env: settingsFor(service, settings) });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Stack } from '@calendar-sync/local-stack';

const main = join(__dirname, '../../../../tools/local-stack/dist/main.js');
const addresses = ['POSTGRES_PORT', 'KAFKA_PORT', 'GATEWAY_PORT', 'SIMULATOR_PORT'];

/** What `npm run <command>` does and says, beside a running stack. Throws when it fails. */
export const stackCommand = (stack: Stack, ...args: string[]): Promise<string> => stackCommandIn({}, stack, ...args);

/** The same in an environment with more in it. */
export async function stackCommandIn(env: NodeJS.ProcessEnv, stack: Stack, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LOCAL_STACK_DIR: stack.directory.path,
      ...env,
      ...Object.fromEntries(addresses.map((name) => [name, stack.settings[name]])),
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`);
  return said;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { kafkaJars, requireJava, workspaceRoot } from '@calendar-sync/test-infrastructure';
import { write } from './context';

/** `npm run test:faults`: the fault suite, which has a command line of its own. */
export async function faults(suiteArguments: readonly string[]): Promise<number> {
  requireJava();
  await kafkaJars({ onFetch: (version) => write(`Fetching Kafka ${version} with Maven, once`) });
  const child = spawn(
    process.execPath,
    [join(workspaceRoot, 'apps/end-to-end/dist/faults/suite/main.js'), ...suiteArguments],
    {
      cwd: workspaceRoot,
      stdio: 'inherit',
    },
  );
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

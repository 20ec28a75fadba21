import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';

/** `npm run bench`: hands over to the benchmark, which shows and keeps its figures itself. */
export async function bench(given: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(workspaceRoot, 'apps/benchmark/dist/main.js'), ...given],
    { stdio: 'inherit' },
  );
  process.on('SIGINT', () => undefined); // the benchmark hears Ctrl-C as well, and ends; then we do
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

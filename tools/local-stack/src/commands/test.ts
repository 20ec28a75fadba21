import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars, requireJava, workspaceRoot } from '@calendar-sync/test-infrastructure';
import { Refusal } from '../settings/settings';
import { write } from './context';

/** `npm test`: lint, then the whole suite; one last line with the counts. A failed lint counts as one failure. */
export async function test(jestArguments: readonly string[]): Promise<number> {
  requireServers();
  await kafkaJars({ onFetch: (version) => write(`Fetching Kafka ${version} with Maven, once`) });
  write('Lint');
  const lintFailed = lint();
  write('Tests');
  const { passed, failed, code } = await jest(jestArguments);
  const allFailed = failed + (lintFailed ? 1 : 0);
  write(`${passed} passed, ${allFailed} failed`);
  return allFailed > 0 || code !== 0 ? 1 : 0;
}

function requireServers(): void {
  try {
    requireJava();
  } catch (error) {
    throw new Refusal(
      `The tests start a Kafka of their own. ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function lint(): boolean {
  const nx = join(workspaceRoot, 'node_modules/nx/bin/nx.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [nx, 'run-many', '-t', 'lint', '--output-style=static', '--parallel=2'],
    {
      cwd: workspaceRoot,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: {
        ...process.env,
        NX_DAEMON: 'false',
        PATH: `${join(workspaceRoot, 'node_modules/.bin')}:${process.env['PATH']}`,
      },
    },
  );
  if (status !== 0) write(`${stdout}${stderr}`);
  return status !== 0;
}

async function jest(jestArguments: readonly string[]): Promise<{ passed: number; failed: number; code: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-counts-'));
  const counts = join(folder, 'counts.json');
  const reporter = join(workspaceRoot, 'tools/local-stack/jest-reporter.cjs');
  const child = spawn(
    process.execPath,
    [join(workspaceRoot, 'node_modules/jest/bin/jest.js'), `--reporters=${reporter}`, ...jestArguments],
    {
      cwd: workspaceRoot,
      stdio: 'inherit',
      env: {
        ...process.env,
        JEST_COUNTS: counts,
        NODE_OPTIONS: '--experimental-vm-modules',
        NODE_NO_WARNINGS: '1',
      },
    },
  );
  const ignore = () => undefined; // Jest hears Ctrl-C as well, and ends; then we do
  process.on('SIGINT', ignore);
  const pass = () => child.kill('SIGTERM');
  process.on('SIGTERM', pass);
  const [code] = (await once(child, 'exit')) as [number | null];
  try {
    return { ...(JSON.parse(readFileSync(counts, 'utf8')) as { passed: number; failed: number }), code: code ?? 1 };
  } catch {
    return { passed: 0, failed: 1, code: code ?? 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

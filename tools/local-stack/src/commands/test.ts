import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { kafkaJars, requireJava, workspaceRoot } from '@calendar-sync/test-infrastructure';
import { Refusal } from '../settings/settings';
import { progressLine } from '../progress/progress-line';
import { write } from './context';

/** `npm test`: lint, then the whole suite; one last line with the counts. A failed lint counts as one failure. */
export async function test(jestArguments: readonly string[]): Promise<number> {
  requireServers();
  await kafkaJars({ onFetch: (version) => write(`Fetching Kafka ${version} with Maven, once`) });
  write('Lint');
  const lintFailed = await lint();
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

async function lint(): Promise<boolean> {
  const nx = realpathSync(join(workspaceRoot, 'node_modules/.bin/nx'));
  const child = spawn(process.execPath, [nx, 'run-many', '-t', 'lint', '--output-style=static', '--parallel=2'], {
    cwd: workspaceRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NX_DAEMON: 'false',
      PATH: `${join(workspaceRoot, 'node_modules/.bin')}:${process.env['PATH']}`,
    },
  });
  const shown = progressLine('Lint');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      shown.now(`${[...said.matchAll(/^> nx run /gm)].length} projects done`);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  shown.end();
  if (code !== 0) write(failuresIn(stripVTControlCharacters(said).replaceAll('\r', '')) || said);
  return code !== 0;
}

/** Of the output of all projects, that of those that failed. */
function failuresIn(output: string): string {
  const failed = [...output.matchAll(/^- (\S+):lint$/gm)].map(([, project]) => project);
  return output
    .split(/^> nx run /m)
    .slice(1)
    .filter((block) => failed.some((project) => block.startsWith(`${project}:lint`)))
    .map((block) => block.split(/\n\s+Run duration:|\n NX /)[0]!.trim())
    .join('\n\n');
}

async function jest(jestArguments: readonly string[]): Promise<{ passed: number; failed: number; code: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-counts-'));
  const counts = join(folder, 'counts.json');
  const reporter = join(workspaceRoot, 'tools/local-stack/jest-reporter.mjs');
  const child = spawn(
    process.execPath,
    [join(workspaceRoot, 'node_modules/jest/bin/jest.js'), ...jestArguments, `--reporters=${reporter}`],
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

import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { isRunning } from './servers/server-process';
import { workspaceRoot } from './workspace';

/** What a run's test files need to know of its servers; written by the global setup. */
export interface TestRun {
  dir: string;
  postgresUrl: string;
  kafkaBrokers?: string[];
}

const variable = 'CALENDAR_SYNC_TEST_RUN';
const prefix = 'calendar-sync-test-';
const stopServers = join(workspaceRoot, 'libs/test-infrastructure/stop-servers.sh');

/** The run that this process belongs to. Throws outside of one. */
export function testRun(): TestRun {
  const dir = process.env[variable];
  if (dir === undefined || !existsSync(join(dir, 'run.json'))) {
    throw new Error(
      'No servers were started for this run: they are for *.int.spec.ts and *.e2e.spec.ts files, run from the root of the checkout.',
    );
  }
  return JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as TestRun;
}

/** A new folder under the run's own, which goes with everything that runs in it when the run ends, however it ends. */
export function testDirectory(name: string): string {
  const dir = mkdtempSync(join(testRun().dir, `${name}-`));
  chmodSync(dir, 0o711);
  return dir;
}

/** The folder of a new run, and the way to end it: everything that was started under it is stopped, and it is removed. */
export function openTestRun(): { dir: string; publish(run: TestRun): void; close(): Promise<void> } {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(dir, 0o711); // Postgres runs as another user when we are root
  writeFileSync(join(dir, 'owner'), String(process.pid));
  // Ends with us, also when we are killed: its input closes then.
  const watcher = spawn('/bin/sh', [stopServers, dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  process.env[variable] = dir;
  return {
    dir,
    publish: (run) => writeFileSync(join(dir, 'run.json'), JSON.stringify(run)),
    close: async () => {
      const gone = new Promise((resolve) => watcher.once('exit', resolve));
      watcher.ref();
      watcher.stdin.end();
      await gone;
    },
  };
}

/** Ends what runs left behind whose process and watcher were both killed. */
export function sweepAbandonedRuns(parent = tmpdir()): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const dir = join(parent, name);
    const owner = Number(safely(() => readFileSync(join(dir, 'owner'), 'utf8')));
    if (!owner || isRunning(owner)) continue;
    spawn('/bin/sh', [stopServers, dir], { detached: true, stdio: 'ignore' }).unref();
  }
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

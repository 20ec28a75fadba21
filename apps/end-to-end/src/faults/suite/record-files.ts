import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import type { Guards } from '../guards/guard';
import type { Fault } from './faults';
import { page } from './page';
import { nothingRecorded, type Recorded } from './results';

const folder = join(workspaceRoot, 'docs/fault-suite');
const pageFile = join(workspaceRoot, 'docs/fault-suite.md');
const fileOf = ({ number }: Fault) => join(folder, `${String(number).padStart(2, '0')}.json`);

export const recordOf = (fault: Fault): Recorded =>
  existsSync(fileOf(fault)) ? (JSON.parse(readFileSync(fileOf(fault), 'utf8')) as Recorded) : nothingRecorded;

/** Reads the file of that fault again: another run may have written to it meanwhile. */
export function record(fault: Fault, change: (recorded: Recorded) => Recorded): void {
  mkdirSync(folder, { recursive: true });
  write(fileOf(fault), `${JSON.stringify(change(recordOf(fault)), null, 2)}\n`);
}

/** Writes the page anew from what all files hold. */
export const writePage = (faults: readonly Fault[], guards: Guards): void =>
  write(
    pageFile,
    page(
      faults.map((fault) => ({ fault, recorded: recordOf(fault) })),
      guards,
    ),
  );

function write(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

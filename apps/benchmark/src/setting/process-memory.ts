import { readdirSync, readFileSync } from 'node:fs';

/**
 * Megabytes that a process takes of the machine: its proportional share of what it has in common with others (Pss), so that
 * several processes of one program can be added up. Undefined where the system doesn't say.
 */
export function memoryMb(pid: number): number | undefined {
  try {
    const pss = /^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return pss === null ? undefined : Number(pss[1]) / 1_024;
  } catch {
    return undefined;
  }
}

/** The process and everything that it started and that still runs. */
export function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
  return [pid, ...children.flatMap(family)];
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process holds in memory now (VmRSS), shared pages included. Linux only; throws where there is no such process. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (line === null) throw new Error(`process ${pid} has ended`);
  return Number(line[1]) * 1024;
}

/**
 * The processor time that a process has used so far, of all its threads, in user and system mode; steps of a hundredth of a
 * second. Linux only; throws where there is no such process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond();
}

let ticks: number | undefined;
const ticksPerSecond = () => (ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));

/** Whether the process is stopped, as by SIGSTOP. Linux only; throws where there is no such process. */
export const isStopped = (pid: number): boolean => statOf(pid)[0] === 'T';

/** From the third field on, the process' state: the second one, its name, may hold spaces and brackets. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

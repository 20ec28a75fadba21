import { services, type Stack } from '@calendar-sync/local-stack';
import { cpuSeconds } from '../setting/process-cpu';
import { family } from '../setting/process-memory';

/** Which processes count under which name; looked up when asked, since Postgres starts and ends its own. */
export type Processes = ReadonlyMap<string, () => number[]>;

export function processesOf(stack: Stack): Processes {
  const servers = [
    ['Postgres', stack.postgres?.pid],
    ['Kafka', stack.kafka?.pid],
  ] as const;
  return new Map<string, () => number[]>([
    ...services.map(
      (service) => [service, () => [stack.pid(service)].filter((pid) => pid !== undefined)] as [string, () => number[]],
    ),
    ['simulator', () => [stack.pid('simulator')].filter((pid) => pid !== undefined)],
    ...servers.map(([name, pid]) => [name, () => (pid === undefined ? [] : family(pid))] as [string, () => number[]]),
  ]);
}

export interface Usage {
  at: number;
  /** Seconds of processor, per process that lives. */
  of: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

export const usage = (processes: Processes): Usage => ({
  at: performance.now(),
  of: new Map(
    [...processes].map(([name, pids]) => [name, new Map(pids().map((pid) => [pid, cpuSeconds(pid) ?? Number.NaN]))]),
  ),
});

/** Seconds of processor between two looks, by name. What ended in between doesn't count. */
export const secondsBetween = (before: Usage, after: Usage): Map<string, number> =>
  new Map(
    [...after.of].map(([name, pids]) => {
      const used = [...pids].flatMap(([pid, seconds]) =>
        Number.isNaN(seconds) ? [] : [seconds - (before.of.get(name)?.get(pid) ?? 0)],
      );
      return [name, sum(used)];
    }),
  );

/** The same in percent of a core. */
export const percentBetween = (before: Usage, after: Usage): Map<string, number> =>
  new Map(
    [...secondsBetween(before, after)].map(([name, seconds]) => [
      name,
      (seconds / ((after.at - before.at) / 1_000)) * 100,
    ]),
  );

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

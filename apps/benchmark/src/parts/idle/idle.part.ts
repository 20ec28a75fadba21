import { setTimeout as delay } from 'node:timers/promises';
import { services } from '@calendar-sync/local-stack';
import { below, lowerIsBetter } from '../../figures/figures';
import { number } from '../../figures/statistics';
import type { Figure, Part } from '../../part';
import { connectPeople } from '../../product/connected-people';
import { startWholeProduct } from '../../product/product';
import { percentBetween, processesOf, sum, usage } from '../../product/stack-processes';
import { memoryMb } from '../../setting/process-memory';

export const idle: Part = {
  name: 'idle',
  about:
    'Processor and memory of our five processes over a minute in which nothing happens, after 1,000 calendars of 100 people ' +
    'were connected, pulled and watched by the same processes and everything had come to rest. Processor time is from ' +
    '/proc/<pid>/stat, memory the proportional share (Pss) of /proc/<pid>/smaps_rollup at the end. Provider, broker and ' +
    'database stand in the detail; they are no part of the goal.',
  async run(bench) {
    const [people, calendarsEach] = bench.quick ? [3, 4] : [100, 10];
    const seconds = bench.quick ? 5 : 60;
    const product = await startWholeProduct(bench);
    const connected = await connectPeople(bench, product, { people, calendarsEach, entriesEach: 10 });
    bench.progress('lets everything come to rest');
    await delay(bench.quick ? 1_000 : 10_000);
    const processes = processesOf(product.stack);
    bench.progress(`watches ${seconds} s of rest`);
    const before = usage(processes);
    await delay(seconds * 1_000);
    const percent = percentBetween(before, usage(processes));
    const memory = new Map(
      [...processes].map(([name, pids]) => [name, sum(pids().flatMap((pid) => memoryMb(pid) ?? []))]),
    );
    const calendars = people * calendarsEach;
    return [
      below(10, ofOurs('processor, our five processes', '% of a core', percent)),
      below(1_200, ofOurs('memory, our five processes', 'MB', memory)),
      lowerIsBetter({
        name: 'connecting, per calendar',
        unit: 'ms',
        value: (connected.seconds / calendars) * 1_000,
        detail: `${calendars} calendars of ${people} accounts in ${number(connected.seconds)} s, eight accounts at a time, until all was readable and watched`,
      }),
    ];
  },
};

const ofOurs = (name: string, unit: string, by: ReadonlyMap<string, number>): Figure =>
  lowerIsBetter({
    name,
    unit,
    value: sum(services.map((service) => by.get(service) ?? Number.NaN)),
    detail: [...by].map(([each, value]) => `${each} ${number(value)}`).join(', '),
  });

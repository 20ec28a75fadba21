import { services } from '@calendar-sync/local-stack';
import { below, higherIsBetter, lowerIsBetter } from '../../figures/figures';
import { number, percentile } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { connectPeople } from '../../product/connected-people';
import { startWholeProduct } from '../../product/product';
import { percentBetween, type Processes, processesOf, sum, usage } from '../../product/stack-processes';
import { type Change, Changes } from './changes';

interface Step {
  perSecond: number;
  seconds: number;
}

const GOAL_RATE = 50;
const DRAIN_WITHIN_MS = 60_000;

export const freshness: Part = {
  name: 'freshness',
  about:
    'Entries of 500 connected and watched calendars are changed at the provider at scheduled times, whatever became of the ' +
    'changes before, at 1, 10 and 50 a second. Counted from the time at which the provider took the change: until its push ' +
    'arrived, until its record was on sync.calendar-entries.v1 (the broker’s time), and until the gateway answered an HTTP ' +
    'request for the calendar with it, asked every 5 ms from the record on; above 50 a second only some are asked for. The ' +
    'rate is then raised by half until changes pile up: sustained is the highest at which, at its end, less than a second’s ' +
    'worth of changes was not yet on the topic and p95 stayed below 2 s.',
  async run(bench) {
    const product = await startWholeProduct(bench);
    const { calendars } = await connectPeople(bench, product, {
      ...(bench.quick ? { people: 4, calendarsEach: 4 } : { people: 56, calendarsEach: 10 }),
      entriesEach: 10,
    });
    const changes = await Changes.follow(bench, product, shuffled(calendars.slice(0, 500)));
    const processes = processesOf(product.stack);
    bench.progress('warm-up');
    await warmUp(changes, bench);
    const steps: Step[] = bench.quick
      ? [{ perSecond: 5, seconds: 3 }]
      : [
          { perSecond: 1, seconds: 20 },
          { perSecond: 10, seconds: 20 },
          { perSecond: GOAL_RATE, seconds: 30 },
        ];
    const figures: Figure[] = [];
    for (const step of steps) {
      const { made, percent } = await measured(bench, changes, processes, step);
      if (!(await changes.arrived(made, DRAIN_WITHIN_MS))) throw new Error(`at ${step.perSecond}/s changes got stuck`);
      figures.push(...ofStep(step, made, percent));
    }
    return [...figures, await sustained(bench, changes, processes)];
  },
};

async function warmUp(changes: Changes, bench: Bench): Promise<void> {
  const made = await changes.make(bench.quick ? 5 : 25, bench.quick ? 2 : 10, () => undefined);
  if (!(await changes.arrived(made, DRAIN_WITHIN_MS))) throw new Error('the changes of the warm-up did not arrive');
}

async function measured(bench: Bench, changes: Changes, processes: Processes, { perSecond, seconds }: Step) {
  const before = usage(processes);
  const made = await changes.make(perSecond, seconds, (second) =>
    bench.progress(`${perSecond} changes a second, ${second} of ${seconds} s, ${changes.waiting} under way`),
  );
  return { made, waiting: changes.waiting, percent: percentBetween(before, usage(processes)) };
}

function ofStep({ perSecond }: Step, made: readonly Change[], percent: ReadonlyMap<string, number>): Figure[] {
  const observed = made.filter(({ answeredAt }) => answeredAt !== undefined);
  const times = observed.map((change) => change.answeredAt! - change.acceptedAt!);
  const stages = {
    'to the push': observed.map((change) => Math.max(0, change.pushedAt! - change.acceptedAt!)),
    'to the record': observed.map((change) => change.recordedAt! - Math.max(change.pushedAt!, change.acceptedAt!)),
    'to the answer': observed.map((change) => change.answeredAt! - change.recordedAt!),
  };
  const detail = (share: number) =>
    Object.entries(stages)
      .map(([name, each]) => `${number(percentile(each, share))} ${name}`)
      .join(', ');
  const figure = (share: number, more = '') =>
    lowerIsBetter({
      name: `change to answer at ${perSecond}/s, p${share * 100}`,
      unit: 'ms',
      value: percentile(times, share),
      detail: detail(share) + more,
    });
  const load = `; processor: ${[...percent].map(([name, value]) => `${name} ${number(value)} %`).join(', ')}`;
  const [p50, p95] = [figure(0.5, load), figure(0.95)];
  return perSecond === GOAL_RATE ? [below(300, p50), below(1_000, p95)] : [p50, p95];
}

/** Raises the rate until changes pile up. */
async function sustained(bench: Bench, changes: Changes, processes: Processes): Promise<Figure> {
  const rates = bench.quick ? [10] : [75, 110, 165, 250, 375, 560];
  const seconds = bench.quick ? 2 : 10;
  let highest = bench.quick ? 5 : GOAL_RATE;
  let detail = 'the highest that was tried';
  for (const perSecond of rates) {
    const { made, waiting, percent } = await measured(bench, changes, processes, { perSecond, seconds });
    const drained = await changes.arrived(made, DRAIN_WITHIN_MS);
    const late = made.slice(made.length / 2).filter(({ answeredAt }) => answeredAt !== undefined);
    const p95 = drained
      ? percentile(
          late.map((each) => each.answeredAt! - each.acceptedAt!),
          0.95,
        )
      : Infinity;
    const ours = sum(services.map((service) => percent.get(service) ?? Number.NaN));
    const all = sum([...percent.values()]);
    if (waiting >= perSecond || p95 >= 2_000) {
      detail = `at ${perSecond}/s ${waiting} changes were waiting after ${seconds} s, p95 ${number(p95)} ms; processor: ours ${number(ours)} %, all ${number(all)} %: ${[...percent].map(([name, value]) => `${name} ${number(value)}`).join(', ')}`;
      break;
    }
    highest = perSecond;
  }
  return higherIsBetter({ name: 'highest rate sustained', unit: 'changes/s', value: highest, detail });
}

/** Calendars of one person don't change one after the other. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const stride = 37;
  const count = items.length;
  // A step that shares no divisor with the count meets every item once.
  const step = [stride, 41, 43].find((each) => count % each !== 0) ?? 1;
  return items.map((_, index) => items[(index * step) % count]!);
}

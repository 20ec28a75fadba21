import { services } from '@calendar-sync/local-stack';
import { below, higherIsBetter, lowerIsBetter } from '../../figures/figures';
import { number, percentile } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { connectPeople } from '../../product/connected-people';
import { startWholeProduct } from '../../product/product';
import { percentBetween, type Processes, processesOf, sum, usage } from '../../product/stack-processes';
import { type Change, Changes, PATIENCE_MS } from './changes';

interface Step {
  perSecond: number;
  seconds: number;
}

const GOAL_RATE = 50;

export const freshness: Part = {
  name: 'freshness',
  about:
    'Entries of 500 connected and watched calendars are changed at the provider at scheduled times, whatever became of the ' +
    'changes before, at 1, 10 and 50 a second. Counted from the time at which the provider took the change: until its push ' +
    'arrived, until its record was on sync.calendar-entries.v1 (the broker’s time), and until the gateway answered an HTTP ' +
    'request for the calendar with it, asked every 10 ms from the record on; of more than 10 a second as many are asked for. The ' +
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
    let highest = 0;
    for (const step of steps) {
      const outcome = await measured(bench, changes, processes, step);
      figures.push(...ofStep(step, outcome));
      if (pilesUp(step, outcome)) return [...figures, sustainedAt(highest, step, outcome)];
      highest = step.perSecond;
    }
    const seconds = bench.quick ? 2 : 10;
    for (const perSecond of bench.quick ? [10] : [75, 110, 165, 250, 375, 560]) {
      const step = { perSecond, seconds };
      const outcome = await measured(bench, changes, processes, step);
      if (pilesUp(step, outcome)) return [...figures, sustainedAt(highest, step, outcome)];
      highest = perSecond;
    }
    return [...figures, sustainedAt(highest)];
  },
};

interface Outcome {
  made: readonly Change[];
  /** How many had not come to the topic when the last one was made. */
  waiting: number;
  /** Of a core, by process, while changes were made. */
  percent: ReadonlyMap<string, number>;
}

async function warmUp(changes: Changes, bench: Bench): Promise<void> {
  const made = await changes.make(bench.quick ? 5 : 25, bench.quick ? 2 : 10, () => undefined);
  if (!(await changes.arrived(made))) throw new Error('the changes of the warm-up did not arrive');
}

async function measured(
  bench: Bench,
  changes: Changes,
  processes: Processes,
  { perSecond, seconds }: Step,
): Promise<Outcome> {
  const before = usage(processes);
  const made = await changes.make(perSecond, seconds, (second) =>
    bench.progress(`${perSecond} changes a second, ${second} of ${seconds} s, ${changes.waiting} under way`),
  );
  const percent = percentBetween(before, usage(processes));
  const { waiting } = changes;
  bench.progress(`${perSecond} changes a second, the last ${waiting} arrive`);
  await changes.arrived(made);
  return { made, waiting, percent };
}

const took = ({ answeredAt, acceptedAt }: Change): number =>
  answeredAt === undefined || acceptedAt === undefined ? PATIENCE_MS : answeredAt - acceptedAt;

/** What came late in the step tells: had it gone on, it would have been later still. */
function pilesUp({ perSecond }: Step, { made, waiting }: Outcome): boolean {
  const late = made.slice(made.length / 2).filter(({ observed }) => observed);
  return waiting >= Math.max(perSecond, 5) || percentile(late.map(took), 0.95) >= 2_000;
}

const loadOf = (percent: Outcome['percent']): string =>
  `processor: ${[...percent].map(([name, value]) => `${name} ${number(value)} %`).join(', ')}`;

function ofStep({ perSecond }: Step, { made, percent }: Outcome): Figure[] {
  const times = made.filter(({ observed }) => observed).map(took);
  const observed = made.filter(({ answeredAt }) => answeredAt !== undefined);
  const missing = times.length - observed.length;
  if (observed.length === 0) throw new Error(`at ${perSecond}/s no change was answered within a minute`);
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
  const lost = missing > 0 ? `; ${missing} of ${times.length} not within a minute` : '';
  const [p50, p95] = [figure(0.5, `; ${loadOf(percent)}`), figure(0.95, lost)];
  return perSecond === GOAL_RATE ? [below(300, p50), below(1_000, p95)] : [p50, p95];
}

function sustainedAt(highest: number, step?: Step, outcome?: Outcome): Figure {
  const detail =
    step && outcome
      ? `at ${step.perSecond}/s ${outcome.waiting} changes were waiting after ${step.seconds} s; of all ${number(sum([...outcome.percent.values()]))} %, ours ${number(sum(services.map((service) => outcome.percent.get(service) ?? Number.NaN)))} %; ${loadOf(outcome.percent)}`
      : 'the highest that was tried';
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

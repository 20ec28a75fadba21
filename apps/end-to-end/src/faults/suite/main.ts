import { Command } from 'commander';
import { guards } from '../guards/guards';
import { allFaults, type Fault } from './faults';
import { record, recordOf, writePage } from './record-files';
import { hasPassed, showsTheGuard, withoutGuard, withRun } from './results';
import { runFault } from './run-fault';

interface Options {
  seed?: string;
  day?: string;
  only?: string;
  withoutGuard?: string;
  everyGuard?: boolean;
  record?: boolean;
  page?: boolean;
  workers: string;
}

/** One run of one fault: with all guards, or without one. */
interface Experiment {
  fault: Fault;
  guard?: string;
}

/** What decides everything that is random. */
interface Choice {
  seed: number;
  /** ISO 8601. */
  day: string;
}

const UNKNOWN_SECONDS = 90;
const say = (text: string) => void process.stderr.write(`${text}\n`);
const today = () => new Date().toISOString().slice(0, 10);
let interrupted = false;

async function main(options: Options): Promise<number> {
  const faults = allFaults();
  if (options.page) {
    writePage(faults, guards);
    return 0;
  }
  const seed = Number(options.seed ?? Math.floor(Math.random() * 1_000_000));
  const experiments = chosen(options, faults);
  if (experiments === undefined) return 2;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));
  const day = options.day ?? today();
  say(`seed ${seed} on ${day} (repeat with --seed ${seed} --day ${day})`);
  const failed: string[] = [];
  const open = [...experiments];
  const work = async () => {
    for (let next = open.shift(); next !== undefined && !interrupted; next = open.shift()) {
      const seconds = [next, ...open].reduce((sum, each) => sum + usually(each), 0);
      const minutes = Math.ceil(seconds / 60 / Number(options.workers));
      const place = experiments.length - open.length;
      say(`\n[${place} of ${experiments.length}, about ${minutes} min to go] ${nameOf(next)}`);
      const good = await run(next, { seed, day }, options.record ?? false);
      if (!good && !interrupted) failed.push(nameOf(next));
      if (options.record) writePage(faults, guards);
    }
  };
  await Promise.all(Array.from({ length: Number(options.workers) }, work));
  if (interrupted) return 130;
  say(
    `\n${experiments.length - failed.length} of ${experiments.length} as they should be${failed.length > 0 ? '; not:' : '.'}`,
  );
  for (const name of failed) say(`  ${name}`);
  return failed.length > 0 ? 1 : 0;
}

function chosen(options: Options, faults: readonly Fault[]): Experiment[] | undefined {
  const numbers = options.only?.split(',').map(Number) ?? faults.map(({ number }) => number);
  const unknown = numbers.filter((number) => !faults.some((fault) => fault.number === number));
  const names = options.withoutGuard?.split(',') ?? (options.everyGuard ? Object.keys(guards) : []);
  const strange = names.filter((name) => guards[name] === undefined);
  if (unknown.length > 0) say(`No fault has the number ${unknown.join(', ')}.`);
  if (strange.length > 0) say(`No guard is named ${strange.join(', ')}. There are: ${Object.keys(guards).join(', ')}`);
  if (unknown.length > 0 || strange.length > 0) return undefined;
  const wanted = faults.filter(({ number }) => numbers.includes(number));
  if (names.length === 0) return wanted.map((fault) => ({ fault }));
  return wanted.flatMap((fault) =>
    names.filter((name) => guards[name]!.fault === fault.number).map((guard) => ({ fault, guard })),
  );
}

const nameOf = ({ fault, guard }: Experiment) =>
  guard === undefined ? `${fault.file}: ${fault.does}` : `${fault.file} without ${guard}: ${guards[guard]!.does}`;

const usually = ({ fault }: Experiment) => recordOf(fault).runs[0]?.seconds ?? UNKNOWN_SECONDS;

/** Whether it ended as it should: green with all guards, red without one. */
async function run({ fault, guard }: Experiment, choice: Choice, keep: boolean): Promise<boolean> {
  if (guard === undefined) {
    const ended = await runFault(fault, { ...choice, usualSeconds: usually({ fault }) });
    if (keep && !interrupted) record(fault, (recorded) => withRun(recorded, ended, choice.seed, choice.day));
    return hasPassed(ended);
  }
  const { test } = guards[guard]!;
  const ended = await runFault(fault, { ...choice, guard, ...(test !== undefined && { test }) });
  if (keep && !interrupted) record(fault, (recorded) => withoutGuard(recorded, guard, ended, choice.seed, choice.day));
  const red = showsTheGuard(ended);
  if (!interrupted)
    say(red ? `red without ${guard}, as it must be` : `NOT PROVEN: nothing failed as it should without ${guard}`);
  return red;
}

const program = new Command('npm run test:faults --')
  .option('--seed <number>', 'the random choices of an earlier run')
  .option('--day <date>', 'the day of an earlier run, around which its calendars were filled')
  .option('--only <numbers>', 'faults by number, with commas')
  .option('--without-guard <names>', 'takes one guard away, or several in turn: its test must fail')
  .option('--every-guard', 'takes each guard away in turn')
  .option('--workers <number>', 'how many faults at a time: much of one is waiting', '2')
  .option('--record', 'keeps what came out in docs/fault-suite.md and beside it')
  .option('--page', 'only writes docs/fault-suite.md anew from what was kept');
program.parse();
main(program.opts<Options>()).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);

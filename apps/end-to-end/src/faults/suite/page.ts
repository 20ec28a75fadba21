import type { Fault } from './faults';
import type { Recorded } from './results';

export interface DescribedGuard {
  does: string;
  fault: number;
}

export interface RecordedFault {
  fault: Fault;
  recorded: Recorded;
}

/** The page of the suite: what is done to the product, how that ended, and what fails without each guard. */
export function page(faults: readonly RecordedFault[], guards: Readonly<Record<string, DescribedGuard>>): string {
  const green = faults.filter(({ recorded: { runs } }) => runs.length > 1 && runs.every(({ passed }) => passed)).length;
  const red = faults.reduce((sum, each) => sum + provenGuards(each, guards), 0);
  const isWhole = faults.every(({ recorded }) => recorded.runs.length > 0);
  const minutes = Math.ceil(faults.reduce((sum, { recorded }) => sum + (recorded.runs[0]?.seconds ?? 0), 0) / 60);
  return [
    '<!-- Written by `npm run test:faults -- --record`; the words around the tables are in apps/end-to-end/src/faults/suite/page.ts. -->',
    '',
    '# The fault suite',
    '',
    '`npm run test:faults` runs the built services as real processes, with a Kafka and a Postgres of their own and the simulator as provider; it hurts',
    'them in one way per test, heals, and then checks that everything converged: outboxes and lag are empty; the gateway equals the',
    "provider's truth entry by entry; every stored public event is on its topic; each number of each key was applied once by each consumer; order holds;",
    'exactly what was expected is parked; every live process consumes; no secret is in a log or on a topic.',
    '',
    `Each fault is to be green on two seeds, and red once more without each guard that holds against it: ${green} of ${faults.length} faults`,
    `are, and ${red} of ${Object.keys(guards).length} guards.${isWhole ? ` All faults, with all guards, took ${minutes} minutes on two cores, one after the other; two run at a time.` : ''}`,
    '',
    '| Command | Does |',
    '| --- | --- |',
    '| `npm run test:faults` | the whole suite; prints its seed |',
    '| `npm run test:faults -- --seed 4711 --only 4,12` | single faults, the random choices of an earlier run; `--day` names the day of one that is older |',
    '| `npm run test:faults -- --without-guard NAME` | one guard taken out of the running services: its test must fail |',
    '| `npm run test:faults -- --every-guard` | each guard in turn; with `--only`, those of single faults |',
    '| … ` --record` | keeps what came out: a file per fault beside this page, and this page |',
    '| `npm run test:faults -- --page` | only writes this page anew, as after a merge |',
    '',
    'A quick part of it runs with `npm test`.',
    '',
    row(['', 'What is done to the product', 'Last runs', 'Guards']),
    row(['---', '---', '---', '---']),
    ...faults.map((each) => overview(each, guards)),
    ...faults.flatMap((each) => section(each, guards)),
    '',
  ].join('\n');
}

const mark = (good: boolean) => (good ? '✓' : '✗');

const guardsOf = ({ number }: Fault, guards: Readonly<Record<string, DescribedGuard>>) =>
  Object.entries(guards).filter(([, { fault }]) => fault === number);

const provenGuards = ({ fault, recorded }: RecordedFault, guards: Readonly<Record<string, DescribedGuard>>) =>
  guardsOf(fault, guards).filter(([name]) => recorded.guards[name]?.red).length;

function overview({ fault, recorded }: RecordedFault, guards: Readonly<Record<string, DescribedGuard>>): string {
  const own = guardsOf(fault, guards);
  const runs = recorded.runs.map(({ passed, seed, seconds }) => `${mark(passed)} seed ${seed}, ${seconds} s`);
  return row([
    `[${fault.number}](#${anchorOf(fault)})`,
    fault.does,
    runs.length > 0 ? runs.join('; ') : 'not run yet',
    own.length > 0 ? `${provenGuards({ fault, recorded }, guards)} of ${own.length} red when removed` : '',
  ]);
}

function section({ fault, recorded }: RecordedFault, guards: Readonly<Record<string, DescribedGuard>>): string[] {
  const own = guardsOf(fault, guards);
  const [latest, before] = recorded.runs;
  const tests = (latest?.tests ?? []).map(({ title, passed }) => {
    const earlier = before?.tests.find((test) => test.title === title);
    return `- ${mark(passed)}${earlier === undefined ? '' : mark(earlier.passed)} ${title}`;
  });
  const rows = own.map(([name, { does }]) => row([`\`${name}\``, does, withoutIt(recorded.guards[name])]));
  return [
    '',
    `## ${headingOf(fault)}`,
    ...(tests.length > 0 ? ['', ...tests] : []),
    ...(rows.length > 0 ? ['', row(['Guard', 'What it does', 'Without it']), row(['---', '---', '---']), ...rows] : []),
  ];
}

const headingOf = ({ number, name }: Fault) => `${number} ${name}`;
const anchorOf = (fault: Fault) => headingOf(fault).toLowerCase().replaceAll(' ', '-');

function withoutIt(run: Recorded['guards'][string] | undefined): string {
  if (run === undefined) return 'not tried yet';
  return run.red ? `red: \`${run.how.replaceAll('`', "'").replaceAll('|', '\\|')}\`` : '**still green**';
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** How one test of the suite ended. */
export interface TestResult {
  fault: number;
  title: string;
  passed: boolean;
  seconds: number;
  failure: string;
}

export interface Recorded {
  /** By the test's title: the latest runs with all guards, newest first, two at most, on different seeds. */
  tests: Record<string, { fault: number; runs: { seed: number; passed: boolean; seconds: number; on: string }[] }>;
  /** By the guard's name: the latest run without it. */
  guards: Record<string, { seed: number; failed: boolean; how: string; on: string }>;
}

export const nothingRecorded: Recorded = { tests: {}, guards: {} };

/** A run with all guards, added to what was recorded. A title that a file no longer has is forgotten when `whole` suite ran. */
export function withRun(
  recorded: Recorded,
  results: readonly TestResult[],
  seed: number,
  on: string,
  whole: boolean,
): Recorded {
  const tests = whole ? {} : { ...recorded.tests };
  for (const { fault, title, passed, seconds } of results) {
    const others = (recorded.tests[title]?.runs ?? []).filter((run) => run.seed !== seed);
    tests[title] = { fault, runs: [{ seed, passed, seconds, on }, ...others].slice(0, 2) };
  }
  return { ...recorded, tests };
}

/** A run without one guard: its test should have failed, and not because nothing came up. */
export function withoutGuard(
  recorded: Recorded,
  guard: string,
  results: readonly TestResult[],
  seed: number,
  on: string,
): Recorded {
  const failure = results.find(({ passed }) => !passed);
  const how = failure === undefined ? 'nothing failed' : firstLines(failure.failure);
  return {
    ...recorded,
    guards: { ...recorded.guards, [guard]: { seed, failed: failure !== undefined && !isInvalid(failure), how, on } },
  };
}

/** The experiment failed, not the product. */
export const isInvalid = ({ failure }: Pick<TestResult, 'failure'>) =>
  failure.includes('the bench did not come up') || failure.includes('the guard was not removed');

const colours = /\u001b\[[0-9;]*m/g;

function firstLines(failure: string): string {
  const lines = failure
    .replaceAll(colours, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^at /.test(line));
  const told = lines.filter((line) => /^(\+|Error:|Received)/.test(line) && !/^\+ (Received|Array|\])/.test(line));
  return (told.length > 0 ? told : lines).slice(0, 2).join(' ').slice(0, 220);
}

export interface DescribedGuard {
  does: string;
  fault: number;
}

/** The page of the suite: what was tried, how it ended, and what fails without each guard. */
export function page(recorded: Recorded, guards: Readonly<Record<string, DescribedGuard>>): string {
  const mark = (good: boolean) => (good ? '✓' : '✗');
  const tests = Object.entries(recorded.tests).sort(([, a], [, b]) => a.fault - b.fault);
  const testRows = tests.map(([title, { fault, runs }]) =>
    row([
      String(fault),
      title,
      runs.map(({ seed, passed, seconds }) => `${mark(passed)} seed ${seed}, ${seconds} s`).join('; '),
    ]),
  );
  const guardRows = Object.entries(guards)
    .sort(([, a], [, b]) => a.fault - b.fault)
    .map(([name, { does, fault }]) => {
      const run = recorded.guards[name];
      return row([
        String(fault),
        `\`${name}\``,
        does,
        run === undefined ? 'not tried yet' : run.failed ? 'red, as it must be' : '**still green**',
        run === undefined ? '' : `\`${run.how.replaceAll('`', "'").replaceAll('|', '\\|')}\``,
      ]);
    });
  return [
    '<!-- Written by `npm run test:faults -- --record`; the text around the tables is in apps/end-to-end/src/faults/suite/results.ts. -->',
    '',
    '# The fault suite',
    '',
    '`npm run test:faults` runs the built services as real processes, with a Kafka and a Postgres of their own and the simulator as provider; it hurts',
    'them in one way per test, heals, and then checks that everything converged: outboxes and lag are empty; the gateway equals the',
    "provider's truth entry by entry; every stored public event is on its topic; each number of each key was applied once by each consumer; order holds;",
    'exactly what was expected is parked; every live process consumes; no secret is in a log or on a topic.',
    '',
    '| Command | Does |',
    '| --- | --- |',
    '| `npm run test:faults` | the whole suite; prints its seed |',
    '| `npm run test:faults -- --seed 4711 --only 4,12` | single faults, the random choices of an earlier run |',
    '| `npm run test:faults -- --without-guard NAME` | one guard taken out of the running services: its test must fail |',
    '| `npm run test:faults -- --every-guard` | each guard in turn |',
    '| … ` --record` | keeps what came out on this page |',
    '',
    'A quick part of it runs with `npm test`.',
    '',
    '## Tests, and their last two runs',
    '',
    row(['Fault', 'Test', 'Last runs']),
    row(['---', '---', '---']),
    ...testRows,
    '',
    '## Without their guard',
    '',
    'A guard is removed by rewriting the module as the service loads it; product code has no switch for it.',
    '',
    row(['Fault', 'Guard', 'What it does', 'Without it', 'How the test failed']),
    row(['---', '---', '---', '---', '---']),
    ...guardRows,
    '',
  ].join('\n');
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

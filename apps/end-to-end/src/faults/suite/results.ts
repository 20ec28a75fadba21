/** How one test of a fault ended. */
export interface TestResult {
  title: string;
  passed: boolean;
  seconds: number;
  failure: string;
}

/** How the tests of one fault ended. */
export interface FaultRun {
  /** Of the whole file, the start of the stack included. */
  seconds: number;
  tests: readonly TestResult[];
  /** The file itself could not run. */
  broken: boolean;
}

export interface RecordedRun {
  seed: number;
  /** The day around which its calendars were filled, ISO 8601. */
  on: string;
  passed: boolean;
  seconds: number;
  tests: { title: string; passed: boolean; seconds: number }[];
}

/** What is kept of one fault, in a file of its own: whoever records others at the same time writes other files. */
export interface Recorded {
  /** The latest with all guards, newest first, two at most, of different seeds. */
  runs: RecordedRun[];
  /** By the guard's name: the latest run without it. */
  guards: Record<string, { seed: number; on: string; red: boolean; how: string }>;
}

export const nothingRecorded: Recorded = { runs: [], guards: {} };

export const hasPassed = ({ tests, broken }: FaultRun) => !broken && tests.length > 0 && tests.every((t) => t.passed);

/** A run with all guards, added to what was recorded. */
export function withRun(recorded: Recorded, run: FaultRun, seed: number, on: string): Recorded {
  const tests = run.tests.map(({ title, passed, seconds }) => ({ title, passed, seconds }));
  const latest = { seed, on, passed: hasPassed(run), seconds: run.seconds, tests };
  return { ...recorded, runs: [latest, ...recorded.runs.filter((other) => other.seed !== seed)].slice(0, 2) };
}

/** A run without one guard, added to what was recorded. */
export function withoutGuard(recorded: Recorded, guard: string, run: FaultRun, seed: number, on: string): Recorded {
  const failure = run.tests.find(({ passed }) => !passed);
  const how = failure === undefined ? 'nothing failed' : firstLines(failure.failure);
  return { ...recorded, guards: { ...recorded.guards, [guard]: { seed, on, red: showsTheGuard(run), how } } };
}

/** Without its guard a test should fail, and not because nothing came up. */
export const showsTheGuard = ({ tests }: FaultRun) => {
  const failure = tests.find(({ passed }) => !passed);
  return failure !== undefined && !isInvalid(failure);
};

/** The experiment failed, not the product. */
const isInvalid = ({ failure }: TestResult) =>
  failure.includes('the bench did not come up') || failure.includes('the guard was not removed');

const colours = /\u001b\[[0-9;]*m/g;

function firstLines(failure: string): string {
  const lines = failure
    .replaceAll(colours, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^at /.test(line));
  const told = lines.filter((line) => /^(\+|Error:|Received)/.test(line) && !/^\+ (Received|Array|\])/.test(line));
  const findings = told.filter((line) => !line.startsWith('Error: expect('));
  return ([findings, told, lines].find((some) => some.length > 0) ?? []).slice(0, 2).join(' ').slice(0, 220);
}

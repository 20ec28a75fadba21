import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import { Command } from 'commander';
import { guards } from '../guards/guards';
import { isInvalid, nothingRecorded, page, type Recorded, type TestResult, withoutGuard, withRun } from './results';

interface Options {
  seed?: string;
  only?: string;
  withoutGuard?: string;
  everyGuard?: boolean;
  record?: boolean;
  workers?: string;
}

const recordFile = join(workspaceRoot, 'docs/fault-suite.json');
const pageFile = join(workspaceRoot, 'docs/fault-suite.md');
const say = (text: string) => void process.stderr.write(`${text}\n`);

async function main(options: Options): Promise<number> {
  const seed = Number(options.seed ?? Math.floor(Math.random() * 1_000_000));
  say(`seed ${seed} (repeat with --seed ${seed})`);
  const today = new Date().toISOString().slice(0, 10);
  const names = options.everyGuard ? Object.keys(guards) : options.withoutGuard ? [options.withoutGuard] : [];
  const keep = (change: (recorded: Recorded) => Recorded) => options.record && write(change(read()));
  if (names.length === 0) {
    const faults = options.only?.split(',').map(Number);
    const { tests, broken, code } = await jest(seed, { ...(faults && { faults }), ...options });
    keep((recorded) => withRun(recorded, tests, seed, today, faults === undefined && broken.length === 0));
    const failed = tests.filter(({ passed }) => !passed).length + broken.length;
    say(`${tests.length - failed + broken.length} passed, ${failed} failed`);
    return failed > 0 ? 1 : code;
  }
  const green: string[] = [];
  for (const name of names) {
    const guard = guards[name];
    if (guard === undefined) {
      say(`No guard is named ${name}. There are: ${Object.keys(guards).join(', ')}`);
      return 2;
    }
    say(`\nWithout ${name} (${guard.does})`);
    const { tests } = await jest(seed, { faults: [guard.fault], guard: name, ...(guard.test && { test: guard.test }) });
    keep((recorded) => withoutGuard(recorded, name, tests, seed, today));
    const proven = tests.some((test) => !test.passed && !isInvalid(test));
    say(proven ? `red without ${name}, as it must be` : `NOT PROVEN: ${tests.length} tests, none failed as it should`);
    if (!proven) green.push(name);
  }
  say(
    `${names.length - green.length} of ${names.length} guards are shown to be needed${green.length > 0 ? `; not: ${green.join(', ')}` : ''}`,
  );
  return green.length > 0 ? 1 : 0;
}

interface Run {
  faults?: readonly number[];
  guard?: string;
  test?: string;
  workers?: string;
}

async function jest(
  seed: number,
  { faults, guard, test, workers = '1' }: Run,
): Promise<{ tests: TestResult[]; broken: string[]; code: number }> {
  const folder = join(workspaceRoot, '.local/faults');
  mkdirSync(folder, { recursive: true });
  const results = join(folder, guard === undefined ? 'latest.json' : `without-${guard}.json`);
  const pattern = faults?.map((number) => `/faults/${String(number).padStart(2, '0')}-`).join('|');
  const child = spawn(
    process.execPath,
    [
      join(workspaceRoot, 'node_modules/jest/bin/jest.js'),
      '--config=apps/end-to-end/jest.faults.config.mjs',
      `--maxWorkers=${workers}`,
      '--reporters=<rootDir>/apps/end-to-end/fault-reporter.mjs',
      ...(pattern === undefined ? [] : [`--testPathPatterns=${pattern}`]),
      ...(test === undefined ? [] : ['-t', test]),
    ],
    {
      cwd: workspaceRoot,
      stdio: 'inherit',
      env: {
        ...process.env,
        FAULT_SEED: String(seed),
        FAULT_RESULTS: results,
        WITHOUT_GUARD: guard ?? '',
        NODE_OPTIONS: '--experimental-vm-modules',
        NODE_NO_WARNINGS: '1',
      },
    },
  );
  const ignore = () => undefined;
  process.on('SIGINT', ignore); // jest hears Ctrl-C too, and ends what it started
  const pass = () => child.kill('SIGTERM');
  process.on('SIGTERM', pass);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', ignore);
  process.off('SIGTERM', pass);
  if (code === null || !existsSync(results)) return { tests: [], broken: ['the run itself'], code: code ?? 1 };
  return { ...(JSON.parse(readFileSync(results, 'utf8')) as { tests: TestResult[]; broken: string[] }), code };
}

const read = (): Recorded =>
  existsSync(recordFile) ? (JSON.parse(readFileSync(recordFile, 'utf8')) as Recorded) : nothingRecorded;

function write(recorded: Recorded): void {
  writeFileSync(recordFile, `${JSON.stringify(recorded, null, 2)}\n`);
  writeFileSync(pageFile, page(recorded, guards));
}

const program = new Command('npm run test:faults --')
  .option('--seed <number>', 'the random choices of an earlier run')
  .option('--only <numbers>', 'faults by number, with commas')
  .option('--without-guard <name>', 'takes one guard away: its test must fail')
  .option('--every-guard', 'takes each guard away in turn')
  .option('--workers <number>', 'how many faults at a time, 1 by default')
  .option('--record', 'keeps what came out in docs/fault-suite.md');
program.parse();
main(program.opts<Options>()).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);

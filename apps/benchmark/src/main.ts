import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import { Argument, Command } from 'commander';
import { parts } from './parts/parts';
import { appendHistory, belongsToHistory, readHistory } from './report/history';
import { page } from './report/page';
import { progressOn } from './report/progress';
import type { Report } from './report/report';
import { inColumns, rows } from './report/rows';
import { runParts } from './run-parts';
import { checkedOut, machineOf, warningsOf } from './setting/machine';
import { openScratch } from './setting/scratch';

interface Options {
  json?: string;
  history: boolean;
  note?: string;
  quick: boolean;
}

const historyFile = join(workspaceRoot, 'docs', 'benchmark-history.jsonl');
const pageFile = join(workspaceRoot, 'docs', 'benchmark.md');
const latestFile = join(workspaceRoot, '.local', 'bench', 'latest.json');

const INTERRUPTED = 130;

async function bench(names: readonly string[], { json, history, note, quick }: Options): Promise<number> {
  const chosen = parts.filter(({ name }) => names.length === 0 || names.includes(name));
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
  // What a part that was ended had under way fails as well; it is known why.
  process.on('unhandledRejection', (error) => {
    if (!interruption.signal.aborted) throw error;
  });
  const scratch = openScratch();
  const progress = progressOn(process.stderr);
  try {
    const machine = machineOf(scratch.directory);
    const warnings = warningsOf(machine);
    for (const warning of warnings) say(warning);
    const report: Report = {
      format: 1,
      at: new Date().toISOString(),
      commit: checkedOut(),
      quick,
      ...(note !== undefined && { note }),
      machine,
      warnings,
      parts: await runParts(chosen, {
        quick,
        scratch: scratch.directory,
        progress: progress.now,
        signal: interruption.signal,
      }),
    };
    progress.end();
    if (interruption.signal.aborted) return INTERRUPTED;
    tell(report, { json, keep: belongsToHistory(report, { allParts: chosen.length === parts.length, history }) });
    return report.parts.some(({ error }) => error !== undefined) ? 1 : 0;
  } finally {
    progress.end();
    await scratch.close();
  }
}

function tell(report: Report, { json, keep }: { json: string | undefined; keep: boolean }): void {
  process.stdout.write(`${inColumns(rows(report.parts))}\n`);
  for (const { name, error } of report.parts) if (error !== undefined) say(`\n${name}: ${error}`);
  if (report.quick) say('\nA quick run: its figures say only that the parts work.');
  for (const file of [latestFile, ...(json === undefined ? [] : [json])]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (!keep) return;
  appendHistory(historyFile, report);
  writeFileSync(pageFile, page(readHistory(historyFile), parts));
  say('\nKept in docs/benchmark-history.jsonl, shown in docs/benchmark.md.');
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const program = new Command('npm run bench --')
  .description('measures the product beside floors that do the same durable work')
  .addArgument(new Argument('[parts...]', 'all by default').choices(parts.map(({ name }) => name)))
  .option('--json <file>', 'writes the report there too')
  .option('--note <text>', 'what this run is about: it is then kept also when it measured only some parts')
  .option('--no-history', 'does not keep this run')
  .option('--quick', 'small numbers, to see that the parts work', false)
  .addHelpText('after', `\n${parts.map(({ name, about }) => `${name}: ${about}`).join('\n\n')}`);

program
  .action(async (names: string[], options: Options) => process.exit(await bench(names, options)))
  .parseAsync()
  .catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  });

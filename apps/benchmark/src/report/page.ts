import { number } from '../figures/statistics';
import type { Part } from '../part';
import { latestOfEachPart } from './history';
import type { Report } from './report';
import { headings, inMarkdown, rows } from './rows';

/** `docs/benchmark.md`: the newest figures of every part, what they mean, and on what machine they were measured. */
export function page(history: readonly Report[], parts: readonly Pick<Part, 'name' | 'about'>[]): string {
  const latest = latestOfEachPart(
    history,
    parts.map(({ name }) => name),
  );
  const runs = [...new Set(latest.map(({ report }) => report))];
  const run = (report: Report) => String.fromCharCode(97 + runs.indexOf(report));
  const table = latest.flatMap(({ part, report }) =>
    rows([part]).map((row, index) => [...row, index === 0 ? run(report) : '']),
  );
  return `${[
    '# Benchmark',
    'Written by `npm run bench`: change the parts in `apps/benchmark`, not this page. How to run it, and how it measures, stands in\n[its README](../apps/benchmark/README.md); every run that was kept is a line of `benchmark-history.jsonl`.',
    '## Newest figures',
    'A ratio of 1 is as good as the floor, higher is better. The last column names the run.',
    inMarkdown([...headings, 'run'], table),
    '## Runs',
    runs.map((report) => about(run(report), report)).join('\n'),
    '## What the figures mean',
    ...parts.map(({ name, about: text }) => `**${name}**: ${text}`),
    ...details(latest.map(({ part }) => part)),
  ].join('\n\n')}\n`;
}

const about = (letter: string, { at, commit, machine, note, warnings }: Report) =>
  [
    `- **${letter}**: ${at.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}${note === undefined ? '' : `: ${note}`}.`,
    `  ${machine.cores} × ${machine.cpu}, ${number(machine.memoryGb)} GB, fdatasync ${number(machine.fdatasyncMs)} ms, Node ${machine.node}, Postgres ${machine.postgres}, Kafka ${machine.kafka}.`,
    ...warnings.map((warning) => `  ${warning}`),
  ].join('\n');

const details = (parts: readonly Report['parts'][number][]): string[] => {
  const lines = parts.flatMap(({ name, figures }) =>
    figures.flatMap((figure) => (figure.detail === undefined ? [] : [`- ${name}, ${figure.name}: ${figure.detail}`])),
  );
  return lines.length === 0 ? [] : ['## Details', lines.join('\n')];
};

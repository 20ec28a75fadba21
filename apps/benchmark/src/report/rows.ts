import { number } from '../figures/statistics';
import type { Figure } from '../part';
import type { PartReport } from './report';

export const headings = ['part', 'figure', 'value', 'floor', 'ratio', 'goal'] as const;

/** The table of a run, a row per figure; a part that failed has one row that says why. */
export const rows = (parts: readonly PartReport[]): string[][] =>
  parts.flatMap(({ name, figures, error }) => [
    ...figures.map((figure, index) => [index === 0 ? name : '', ...cells(figure)]),
    ...(error === undefined
      ? []
      : [[figures.length === 0 ? name : '', `failed: ${firstLine(error)}`, '', '', '', '✗']]),
  ]);

const cells = ({ name, unit, value, floor, ratio, goal }: Figure) => [
  name,
  `${number(value)} ${unit}`,
  floor === undefined ? '' : `${number(floor.value)} (${floor.name})`,
  ratio === undefined ? '' : ratio.toFixed(2),
  goal === undefined ? '' : `${goal.met ? '✓' : '✗'} ${goal.text}`,
];

const firstLine = (text: string) => text.split('\n', 1)[0]!;

/** In columns, for a terminal. */
export function inColumns(lines: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(...[headings, ...lines].map((line) => line[column]!.length), heading.length),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) => (isNumber(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [headings, widths.map((width) => '-'.repeat(width)), ...lines].map(line).join('\n');
}

/** As Prettier would write it. */
export function inMarkdown(headed: readonly string[], lines: readonly (readonly string[])[]): string {
  const escaped = [headed, ...lines].map((line) => line.map((text) => text.replaceAll('|', '\\|')));
  const widths = headed.map((_, column) => Math.max(3, ...escaped.map((line) => line[column]!.length)));
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(escaped[0]!), line(widths.map((width) => '-'.repeat(width))), ...escaped.slice(1).map(line)].join('\n');
}

const isNumber = (column: number) => column === 2 || column === 4;

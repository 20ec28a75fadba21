import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { PartReport, Report } from './report';

/** Every run that was kept, oldest first; none where there is no file yet. */
export function readHistory(file: string): Report[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as Report;
      } catch {
        throw new Error(`${file}:${index + 1} is not JSON`);
      }
    });
}

export const appendHistory = (file: string, report: Report): void =>
  appendFileSync(file, `${JSON.stringify(report)}\n`);

/** A run is kept when it measured everything, or when somebody says what it is about; a quick one never. */
export const belongsToHistory = (
  { quick, note }: Pick<Report, 'quick' | 'note'>,
  { allParts, history }: { allParts: boolean; history: boolean },
): boolean => history && !quick && (allParts || note !== undefined);

/** The newest figures of each part and the run that they are from, in the order given. */
export function latestOfEachPart(
  history: readonly Report[],
  order: readonly string[],
): { part: PartReport; report: Report }[] {
  return order.flatMap((name) => {
    for (const report of history.toReversed()) {
      const part = report.parts.find((each) => each.name === name && each.error === undefined);
      if (part) return [{ part, report }];
    }
    return [];
  });
}

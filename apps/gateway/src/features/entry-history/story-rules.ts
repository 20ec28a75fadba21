import type { EntryTimeV1 } from '@calendar-sync/contracts-sync';
import type { StoryTimes } from './story-times';

const lines = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((line) => typeof line === 'string') ? value : undefined;

/** UNTIL and COUNT of RFC 5545 §3.3.10: https://www.rfc-editor.org/rfc/rfc5545 */
const ending = /;(UNTIL|COUNT)=([^;]*)/i;

/** How a series repeats now. Where only its end moved, as by "this and following", that is all there is to say. */
export function ruleChange(old: unknown, now: unknown, start: EntryTimeV1, times: StoryTimes): string {
  const [before, after] = [lines(old), lines(now)];
  if (before === undefined || after === undefined) {
    if (before !== undefined && now === undefined) return 'is no longer a series';
    return after !== undefined && old === undefined ? 'became a series' : 'repeats by other rules';
  }
  const bare = (rules: readonly string[]) => rules.map((line) => line.replace(ending, '')).join('\n');
  const [rule] = after.filter((line) => line.startsWith('RRULE'));
  const moved = bare(before) === bare(after) && rule !== undefined ? newEnd(rule, start, times) : undefined;
  return moved ?? `repeats by ${quoted(after)} instead of ${quoted(before)}`;
}

const quoted = (rules: readonly string[]) => `“${rules.join(', ')}”`;

function newEnd(rule: string, start: EntryTimeV1, times: StoryTimes): string | undefined {
  const [, kind, value = ''] = ending.exec(rule) ?? [];
  if (kind === undefined) return 'repeats without an end now';
  if (kind.toUpperCase() === 'COUNT') return `repeats ${value} ${value === '1' ? 'time' : 'times'} now`;
  const [, year, month, day, clock] = /^(\d{4})(\d{2})(\d{2})(T\d{6}Z)?/.exec(value) ?? [];
  if (year === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  if (clock === undefined || 'date' in start) return `repeats until ${times.day(date)} now`;
  const dateTime = `${date}T${clock.slice(1, 3)}:${clock.slice(3, 5)}:${clock.slice(5, 7)}Z`;
  return `repeats until ${times.moment({ ...start, dateTime })} now`;
}

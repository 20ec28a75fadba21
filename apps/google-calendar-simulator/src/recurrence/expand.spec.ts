import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expand } from './expand';

interface HardCase {
  id: string;
  note: string;
  recurrence: string[];
  dtstart: string;
  tz: string | null;
  from: string;
  to: string;
  expected: string[];
}

const cases = readFileSync(join(__dirname, 'fixtures', 'hard-cases.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line): HardCase => JSON.parse(line));

const moment = (text: string) => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);

describe('the recurrence rules that libraries get wrong', () => {
  it.each(cases.map((each) => [`${each.id} ${each.recurrence.join(' ')} ${each.note}`, each] as const))(
    '%s',
    (_name, each) => {
      const allDay = each.tz === null;
      const wall = moment(allDay ? each.dtstart : `${each.dtstart}Z`);
      const starts = expand(
        { lines: each.recurrence, wall, allDay, zone: each.tz ?? 'UTC' },
        moment(each.from),
        moment(each.to),
      );
      const shown = starts.map((start) =>
        allDay ? new Date(start).toISOString().slice(0, 10) : new Date(start).toISOString().replace('.000', ''),
      );
      expect(shown).toEqual(each.expected);
    },
  );

  it('reaches a window ten years into an endless daily series as it would by walking there', () => {
    const series = {
      lines: ['RRULE:FREQ=DAILY;INTERVAL=3'],
      wall: Date.UTC(2016, 0, 1, 9),
      allDay: false,
      zone: 'Europe/Berlin',
    };
    const from = Date.UTC(2026, 5, 1);
    const walked = expand(series, Date.UTC(2016, 0, 1), from + 30 * 86_400_000).filter((start) => start >= from);
    expect(expand(series, from, from + 30 * 86_400_000)).toEqual(walked);
    expect(walked).toHaveLength(10);
  });
});

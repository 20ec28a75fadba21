import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { upcasters } from './recorded-event';

// As it was stored in version 1: one string for start and end, no zone.
const saved = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'entry-noted.v1.json'), 'utf8')) as {
  type: string;
  schemaVersion: number;
  data: unknown;
};

const upcast = upcasters({
  EntryNoted: {
    1: ({ times, ...rest }: { times: string }) => ({ ...rest, start: times.split('/')[0], end: times.split('/')[1] }),
    2: (data: object) => ({ ...data, timeZone: 'UTC' }),
  },
});

test('an event stored in an old form is read in the form of today', () => {
  expect(upcast(saved.type, saved.schemaVersion, saved.data)).toEqual({
    entryId: 'e-1',
    start: '2026-01-05T09:00:00Z',
    end: '2026-01-05T09:30:00Z',
    timeZone: 'UTC',
  });
});

test('a step is taken only from the version that the event was stored in', () => {
  expect(upcast('EntryNoted', 2, { entryId: 'e-2' })).toEqual({ entryId: 'e-2', timeZone: 'UTC' });
  expect(upcast('EntryNoted', 3, { entryId: 'e-3' })).toEqual({ entryId: 'e-3' });
  expect(upcast('SomethingElse', 1, { entryId: 'e-4' })).toEqual({ entryId: 'e-4' });
});

import { given } from '@calendar-sync/event-sourcing-core';
import fc from 'fast-check';
import {
  calendarEntry,
  decide,
  evolve,
  type Entry,
  initialState,
  noted,
  type Revision,
} from './calendar-entry.decider';
import { about, added, giveUp, record, revision, standup, tombstone } from './entries.fixture';

const first = revision(1_000, standup());
const cancelledBy = (reason: 'cancelled-at-provider' | 'absent-from-full-sync' | 'series-cancelled', mark = {}) => ({
  type: 'EntryCancelled' as const,
  data: {
    ...about(),
    entry: { ...added(first).data.entry, status: 'cancelled' as const },
    reason,
    changed: [{ field: 'status', old: 'confirmed', new: 'cancelled' }],
    revision: mark,
  },
});

describe('an entry', () => {
  it('is added when it is seen for the first time', () => {
    given(calendarEntry).when(record(first)).then(added(first));
  });

  it('is no news when the provider repeats it', () => {
    given(calendarEntry, added(first)).when(record(first)).thenNothing();
  });

  it('is no news when only its etag and its time of change moved', () => {
    given(calendarEntry, added(first))
      .when(record(revision(2_000, standup())))
      .thenNothing();
  });

  it('is no news when its times come in the spelling of another offset', () => {
    const elsewhere = standup({ start: { dateTime: '2026-11-23T08:00:00Z', timeZone: 'Europe/Zurich' } });
    given(calendarEntry, added(first))
      .when(record(revision(2_000, elsewhere)))
      .thenNothing();
  });

  it('changes with the old and the new value of what differs', () => {
    const renamed = revision(2_000, standup({ title: 'Daily', location: 'Room 4' }));
    given(calendarEntry, added(first))
      .when(record(renamed))
      .then({
        type: 'EntryChanged',
        data: {
          ...added(renamed).data,
          changed: [
            { field: 'location', new: 'Room 4' },
            { field: 'title', old: 'Stand-up', new: 'Daily' },
          ],
        },
      });
  });

  it('changes its series when a split hands it over under its old id, with nothing else changed', () => {
    const place = (series: string) => ({
      providerSeriesId: series,
      seriesId: series,
      originalStart: { dateTime: '2026-11-30T09:00:00+01:00' },
    });
    const [before] = decide(record(revision(1_000, standup(), place('old'))), initialState);
    const entry = evolve(initialState, before!);
    const [event] = decide(record(revision(2_000, standup(), place('new'))), entry);
    expect(event).toMatchObject({
      type: 'EntryChanged',
      data: { entry: { seriesId: 'new' }, changed: [{ field: 'seriesId', old: 'old', new: 'new' }] },
    });
    const spelled = { ...place('old'), originalStart: { dateTime: '2026-11-30T08:00:00Z' } };
    expect(decide(record(revision(2_000, standup(), spelled)), entry)).toEqual([]);
  });

  it.each([
    ['not held there before', { cancelled: true }],
    ['held there before', {}],
  ])('is cancelled in the series to which a split gave its date, though it was %s', (_before, known) => {
    const place = (series: string) => ({
      providerSeriesId: series,
      seriesId: series,
      originalStart: { dateTime: '2026-11-30T09:00:00+01:00' },
    });
    const [before] = decide(record(revision(1_000, standup(), { ...place('old'), ...known })), initialState);
    const entry = evolve(initialState, before!);
    const gone = record(tombstone(place('new')));
    const [event] = decide(gone, entry);
    expect(event).toMatchObject({ type: 'EntryCancelled', data: { entry: { seriesId: 'new', title: 'Stand-up' } } });
    const after = evolve(entry, event!);
    expect(after).toMatchObject({ identity: { seriesId: 'new' }, cancelled: 'cancelled-at-provider' });
    expect(decide(gone, after)).toEqual([]);
    expect(decide(record(tombstone()), after)).toEqual([]);
  });

  it('ignores a revision that is older than the one it has', () => {
    given(calendarEntry, added(first))
      .when(record(revision(999, standup({ title: 'Old' }))))
      .thenNothing();
  });

  it('compares the content when the moment is the same and the etag is not', () => {
    const sameMoment = revision(1_000, standup({ title: 'Daily' }), { etag: '"other"' });
    given(calendarEntry, added(first))
      .when(record(sameMoment))
      .then({
        type: 'EntryChanged',
        data: { ...added(sameMoment).data, changed: [{ field: 'title', old: 'Stand-up', new: 'Daily' }] },
      });
  });

  it('believes a full listing also when it is older, for it repairs a wrong guess', () => {
    const older = revision(999, standup({ title: 'Old' }));
    given(calendarEntry, added(first))
      .when(record(older, { listedInFull: true }))
      .then({
        type: 'EntryChanged',
        data: { ...added(older).data, changed: [{ field: 'title', old: 'Stand-up', new: 'Old' }] },
      });
  });

  it('is cancelled by a bare tombstone and keeps what it was last known as', () => {
    given(calendarEntry, added(first))
      .when(record(tombstone()))
      .then(cancelledBy('cancelled-at-provider', { etag: '"gone"' }));
  });

  it('is cancelled once', () => {
    given(calendarEntry, added(first), cancelledBy('cancelled-at-provider', { etag: '"gone"' }))
      .when(record(tombstone()))
      .thenNothing();
  });

  it('does not come back by its last living revision repeated after the tombstone', () => {
    given(calendarEntry, added(first), cancelledBy('cancelled-at-provider', { etag: '"gone"' }))
      .when(record(first))
      .thenNothing();
  });

  it('comes back when it was restored at the provider', () => {
    const restored = revision(3_000, standup());
    given(calendarEntry, added(first), cancelledBy('cancelled-at-provider', { etag: '"gone"' }))
      .when(record(restored))
      .then(added(restored));
  });

  it('comes back unchanged when it was only absent from a full listing', () => {
    given(calendarEntry, added(first), cancelledBy('absent-from-full-sync')).when(record(first)).then(added(first));
  });

  it('is nothing when its tombstone is all that was ever seen', () => {
    given(calendarEntry).when(record(tombstone())).thenNothing();
  });

  it('is cancelled when an occurrence of a series never seen before does not take place', () => {
    const slot = { dateTime: '2026-11-24T09:00:00+01:00' };
    given(calendarEntry)
      .when(record(tombstone({ providerSeriesId: 'series', seriesId: 'ours', originalStart: slot })))
      .then({
        type: 'EntryCancelled',
        data: {
          ...about(),
          entry: {
            entryId: 'standup',
            calendarId: about().calendarId,
            providerEntryId: 'standup',
            providerCalendarId: 'ada@example.com',
            seriesId: 'ours',
            providerSeriesId: 'series',
            originalStart: slot,
            status: 'cancelled',
          },
          reason: 'cancelled-at-provider',
          changed: [],
          revision: { etag: '"gone"' },
        },
      });
  });

  it('is given up with its reason when a full listing lacks it, and not a second time', () => {
    given(calendarEntry, added(first)).when(giveUp('absent-from-full-sync')).then(cancelledBy('absent-from-full-sync'));
    given(calendarEntry, added(first), cancelledBy('absent-from-full-sync'))
      .when(giveUp('series-cancelled'))
      .thenNothing();
  });

  it('cuts values above 64 kB in the old and new part, and nowhere else', () => {
    const long = revision(2_000, standup({ description: 'x'.repeat(100_000) }));
    const [event] = decide(record(long), evolve(initialState, added(first)));
    expect(event?.type).toBe('EntryChanged');
    if (event?.type !== 'EntryChanged') return;
    expect(event.data.entry.description).toHaveLength(100_000);
    expect(event.data.changed).toEqual([{ field: 'description', new: expect.stringMatching(/^x+$/), cut: true }]);
    expect(Buffer.byteLength(String(event.data.changed[0]?.new))).toBeLessThanOrEqual(65_536);
  });

  it('converges to the newest revision in whatever order and however often they come', () => {
    const revisions = fc.uniqueArray(
      fc.record({
        updatedAt: fc.integer({ min: 1, max: 50 }),
        title: fc.constantFrom('a', 'b', 'c'),
        cancelled: fc.boolean(),
      }),
      { selector: ({ updatedAt }) => updatedAt, minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(revisions, fc.infiniteStream(fc.nat()), (made, order) => {
        const all = made.map(({ updatedAt, title, cancelled }): Revision =>
          revision(updatedAt, standup({ title }), cancelled ? { cancelled: true } : {}),
        );
        const repeated = [...all, ...all].sort(() => (order.next().value % 2 === 0 ? 1 : -1));
        const end = repeated.reduce<Entry>((entry, seen) => {
          const events = decide(record(seen), entry);
          return events.length > 0 ? events.reduce(evolve, entry) : noted(entry, record(seen));
        }, initialState);
        const newest = all.reduce((a, b) => (a.updatedAt! > b.updatedAt! ? a : b));
        expect(end.cancelled !== undefined || !end.known).toBe(newest.cancelled);
        if (!newest.cancelled) expect(end.details?.title).toBe(newest.details?.title);
        expect(end.updatedAt).toBe(newest.updatedAt);
      }),
    );
  });
});

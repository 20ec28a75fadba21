import { type Entry, evolve, initialState } from './calendar-entry.decider';
import { added, calendar, providerCalendarId, revision, standup, tombstone } from './entries.fixture';
import { believable, decidePage, endedSeries, type SeenItem, type StoredEntry } from './page-of-changes';

const weekly = ['RRULE:FREQ=WEEKLY'];
const item = (entryId: string, of: SeenItem['revision']): SeenItem => ({
  entryId,
  revision: { ...of, providerEntryId: entryId },
});
const stored = (entry: Entry, seenInListing = false): StoredEntry => ({
  entry,
  streamVersion: 1,
  seenInListing,
  endedInPull: false,
});
const living = (of = revision(1_000, standup())) => evolve(initialState, added(of));
const master = living(revision(1_000, standup({ recurrence: weekly })));
const exception = revision(1_500, standup({ title: 'Moved' }), {
  providerSeriesId: 'series',
  seriesId: 'series',
  originalStart: { dateTime: '2026-11-30T09:00:00+01:00' },
});
const page = (
  items: SeenItem[],
  known: Record<string, StoredEntry> = {},
  exceptions: Record<string, Record<string, StoredEntry>> = {},
  fullListing = false,
) =>
  decidePage(
    { about: calendar, providerCalendarId, fullListing },
    items,
    new Map(Object.entries(known)),
    new Map(Object.entries(exceptions).map(([id, of]) => [id, new Map(Object.entries(of))])),
  );
const types = (decided: ReturnType<typeof page>) =>
  decided.entries.map(({ entryId, events }) => `${entryId}: ${events.map(({ type }) => type).join(' ')}`);

describe('a page of changes', () => {
  it('takes masters before their exceptions, wherever the page has them', () => {
    const decided = page([item('moved', exception), item('series', revision(1_000, standup({ recurrence: weekly })))]);
    expect(types(decided)).toEqual(['series: EntryAdded', 'moved: EntryAdded']);
  });

  it('decides the second revision of an entry on top of the first', () => {
    const decided = page([
      item('one', revision(1_000, standup())),
      item('one', revision(2_000, standup({ title: 'Daily' }))),
    ]);
    expect(types(decided)).toEqual(['one: EntryAdded EntryChanged']);
    expect(decided).toMatchObject({ added: 1, changed: 1, cancelled: 0 });
  });

  it('writes nothing for an entry repeated as it is stored', () => {
    expect(page([item('standup', revision(1_000, standup()))], { standup: stored(living()) }).entries).toEqual([]);
  });

  it('marks what a full listing returned, also when it is no news', () => {
    const decided = page([item('standup', revision(1_000, standup()))], { standup: stored(living()) }, {}, true);
    expect(decided.entries).toMatchObject([{ entryId: 'standup', returned: true, events: [] }]);
  });

  it('ignores in a full listing the stale repeat of an entry that the listing has shown already', () => {
    const decided = page(
      [item('standup', revision(2_000, standup({ title: 'New' }))), item('standup', revision(1_000, standup()))],
      { standup: stored(living()) },
      {},
      true,
    );
    expect(decided.entries[0]?.entry.details?.title).toBe('New');
    const nextPage = page(
      [item('standup', revision(500, standup({ title: 'Stale' })))],
      { standup: stored(living(), true) },
      {},
      true,
    );
    expect(nextPage.entries[0]?.events).toEqual([]);
  });

  it('cancels the exceptions of a cancelled series with it', () => {
    const items = [item('series', tombstone())];
    const known = { series: stored(master) };
    expect(endedSeries(items, new Map(Object.entries(known)))).toEqual(['series']);
    const decided = page(items, known, { series: { moved: stored(living(exception)) } });
    expect(types(decided)).toEqual(['series: EntryCancelled', 'moved: EntryCancelled']);
    expect(decided.entries[1]?.events[0]?.data).toMatchObject({ reason: 'series-cancelled' });
  });

  it('drops the exceptions when a series becomes a single entry', () => {
    const decided = page(
      [item('series', revision(2_000, standup()))],
      { series: stored(master) },
      {
        series: { moved: stored(living(exception)) },
      },
    );
    expect(types(decided)).toEqual(['series: EntryChanged', 'moved: EntryCancelled']);
  });

  it('drops with a cancelled entry what came back of the series that it was before', () => {
    const items = [item('series', tombstone())];
    const known = { series: stored(living()) };
    expect(endedSeries(items, new Map(Object.entries(known)))).toEqual(['series']);
    const decided = page(items, known, { series: { moved: stored(living(exception)) } });
    expect(types(decided)).toEqual(['series: EntryCancelled', 'moved: EntryCancelled']);
  });

  it('drops with the tombstone of a series that was never seen what was seen of it, as by a guest of one occurrence', () => {
    for (const gone of [tombstone(), tombstone({ updatedAt: 2_000 })]) {
      const items = [item('series', gone)];
      expect(endedSeries(items, new Map())).toEqual(['series']);
      const decided = page(items, {}, { series: { moved: stored(living(exception)) } });
      expect(types(decided)).toContain('moved: EntryCancelled');
      expect(decided).toMatchObject({ cancelled: 1, ended: new Set(['series']) });
    }
  });

  it('does not revive an exception that is listed beside the tombstone of its master', () => {
    const changed = item('moved', { ...exception, updatedAt: 9_000 });
    const decided = page(
      [changed, item('series', tombstone())],
      { series: stored(master), moved: stored(living(exception)) },
      {
        series: { moved: stored(living(exception)) },
      },
    );
    expect(decided.entries.find(({ entryId }) => entryId === 'moved')?.entry.cancelled).toBe('series-cancelled');
  });

  it('does not revive an exception that comes in a later part of the page, or on a later page, than the end of its master', () => {
    const changed = item('moved', { ...exception, updatedAt: 9_000 });
    const gone: Entry = { ...master, cancelled: 'cancelled-at-provider' };
    const given: Entry = { ...living(exception), cancelled: 'series-cancelled' };
    const afterCrash = page([changed], { series: { ...stored(gone), endedInPull: true }, moved: stored(given) });
    expect(afterCrash.entries.flatMap(({ events }) => events)).toEqual([]);
    const repeated = page([item('series', tombstone())], { series: stored(gone) });
    const turned = page([item('series', revision(2_000, standup()))], { series: stored(master) });
    for (const { ended } of [repeated, turned]) {
      const later = decidePage(
        { about: calendar, providerCalendarId, fullListing: false, endedBefore: ended },
        [changed],
        new Map(Object.entries({ series: stored(gone), moved: stored(given) })),
        new Map(),
      );
      expect(later.entries.flatMap(({ events }) => events)).toEqual([]);
    }
  });

  it('takes an exception that changed since an earlier pull saw the end of its master: who left a series may be asked to one occurrence', () => {
    const gone: Entry = { ...master, cancelled: 'cancelled-at-provider' };
    const given: Entry = { ...living(exception), cancelled: 'series-cancelled' };
    const known = { series: stored(gone), moved: stored(given) };
    expect(types(page([item('moved', { ...exception, updatedAt: 9_000 })], known))).toEqual(['moved: EntryAdded']);
    expect(page([item('moved', exception)], known).entries.flatMap(({ events }) => events)).toEqual([]);
  });

  it('asks for a full listing where one pull tells of the end of a series and of a change of its exception: either may be the later', () => {
    const told = (updatedAt: number, fullListing = false) =>
      page(
        [item('moved', { ...exception, updatedAt }), item('series', tombstone())],
        { series: stored(master), moved: stored(living(exception)) },
        {},
        fullListing,
      ).relist;
    expect(told(9_000)).toBe(true);
    expect(told(1_500)).toBe(false);
    expect(told(9_000, true)).toBe(false);
  });

  it('takes no other entry for a series that ended: one that changed may have exceptions of its own', () => {
    const single = item('series', revision(2_000, standup({ title: 'Renamed' })));
    expect(page([single], { series: stored(living()) }).ended).toEqual(new Set());
  });

  it('takes in a full listing the exceptions of a series that came back before the series itself', () => {
    const gone: Entry = { ...master, cancelled: 'cancelled-at-provider' };
    const given: Entry = { ...living(exception), cancelled: 'series-cancelled' };
    const decided = page([item('moved', exception)], { series: stored(gone), moved: stored(given) }, {}, true);
    expect(types(decided)).toEqual(['moved: EntryAdded']);
  });

  it('asks for a full listing when a cancelled series comes back, for its exceptions return in silence', () => {
    const gone: Entry = { ...master, cancelled: 'cancelled-at-provider' };
    const restored = item('series', revision(3_000, standup({ recurrence: weekly })));
    expect(page([restored], { series: stored(gone) }).relist).toBe(true);
    expect(page([restored], { series: stored(gone) }, {}, true).relist).toBe(false);
  });

  it('asks for a full listing when a cancelled exception is repeated as it last lived, for its slot may have come back', () => {
    const gone: Entry = { ...living(exception), cancelled: 'cancelled-at-provider', etag: '"gone"' };
    const decided = page([item('moved', exception)], { moved: stored(gone) });
    expect(decided).toMatchObject({ relist: true, added: 0 });
  });
});

describe('what a page says of one entry twice', () => {
  const gone = { providerEntryId: 'standup', cancelled: true };
  const alive = { providerEntryId: 'standup', cancelled: false, updatedAt: 2_000 };
  const other = { providerEntryId: 'review', cancelled: true };

  it.each([
    ['after', [other, alive, gone]],
    ['before', [other, gone, alive]],
  ])('does not believe an undated tombstone %s a living revision: nothing tells which is older', (_, items) => {
    expect(believable(items)).toEqual({ items: [other, alive], contradicted: true });
  });

  it('does not believe undated tombstones of two parts of a split series', () => {
    const parts = ['old', 'new'].map((providerSeriesId) => ({ ...gone, providerSeriesId }));
    expect(believable([other, ...parts])).toEqual({ items: [other], contradicted: true });
  });

  it('believes a dated tombstone, for its time tells, and an undated one alone', () => {
    const dated = { ...gone, updatedAt: 3_000 };
    for (const items of [
      [alive, dated],
      [gone, gone],
      [other, alive],
    ]) {
      expect(believable(items)).toEqual({ items, contradicted: false });
    }
  });
});

import {
  type Entry,
  type EntryAbout,
  type EntryCommand,
  type EntryEvent,
  type RecordRevision,
  type Revision,
  decide,
  evolve,
  initialState,
  isSeries,
  noted,
} from './calendar-entry.decider';

export interface StoredEntry {
  entry: Entry;
  streamVersion: number;
  /** Already met in the full listing that this page belongs to. */
  seenInListing: boolean;
  /** Cancelled, and written since the pull began that this page belongs to. */
  endedInPull: boolean;
}

export interface SeenItem {
  entryId: string;
  revision: Revision;
}

export interface PageContext {
  about: Omit<EntryAbout, 'entryId'>;
  providerCalendarId: string;
  /** The page is of a full listing: what it says is the present. */
  fullListing: boolean;
  /** Series that ended in an earlier part of the same page, or on an earlier page. */
  endedBefore?: ReadonlySet<string>;
}

export interface DecidedEntry {
  entryId: string;
  entry: Entry;
  /** Version of the stream before and after. */
  expectedVersion: number;
  events: EntryEvent[];
  /** The provider itself returned it, so the sweep of a full listing spares it. */
  returned: boolean;
}

export interface DecidedPage {
  entries: DecidedEntry[];
  added: number;
  changed: number;
  cancelled: number;
  /**
   * A cancelled series or exception came back, or may have: what returns with it may do so without a word of the provider. Or an exception
   * changed beside the end of its series, before it or after. Only a full listing tells.
   */
  relist: boolean;
  /** Series of which this part of the page, or one before it, told the end. */
  ended: ReadonlySet<string>;
}

/** Masters before their exceptions, otherwise in the provider's order. */
export const mastersFirst = <Item>(items: readonly Item[], seriesOf: (item: Item) => string | undefined): Item[] => [
  ...items.filter((item) => seriesOf(item) === undefined),
  ...items.filter((item) => seriesOf(item) !== undefined),
];

interface Told {
  providerEntryId: string;
  providerSeriesId?: string;
  cancelled: boolean;
  updatedAt?: number;
}

/**
 * A whole page without the undated tombstones of entries that it also shows living, or cancelled in another series: one of
 * the two is a repeat of the past, and nothing tells which. `contradicted` says that there were some; only a full listing
 * tells what is so.
 */
export function believable<Item extends Told>(items: readonly Item[]): { items: Item[]; contradicted: boolean } {
  const living = new Set(items.filter(({ cancelled }) => !cancelled).map(({ providerEntryId }) => providerEntryId));
  const undated = items.filter(({ cancelled, updatedAt }) => cancelled && updatedAt === undefined);
  const seriesOf = Map.groupBy(undated, ({ providerEntryId }) => providerEntryId);
  const inTwoSeries = (providerEntryId: string) =>
    new Set(seriesOf.get(providerEntryId)?.map(({ providerSeriesId }) => providerSeriesId)).size > 1;
  const believed = items.filter(
    ({ providerEntryId, cancelled, updatedAt }) =>
      !cancelled || updatedAt !== undefined || !(living.has(providerEntryId) || inTwoSeries(providerEntryId)),
  );
  return { items: believed, contradicted: believed.length < items.length };
}

/**
 * What this page cancels, and series that it turns into single entries: their exceptions go with them and have to be loaded. A single
 * entry may have some, too, from when it was a series, and so may one that was never seen: a guest of one occurrence knows only that.
 */
export function endedSeries(items: SeenItem[], stored: ReadonlyMap<string, StoredEntry>): string[] {
  const ended = items.filter(({ entryId, revision }) => {
    if (revision.providerSeriesId !== undefined) return false;
    const known = stored.get(entryId)?.entry;
    return revision.cancelled || (known !== undefined && isSeries(known) && revision.details?.recurrence === undefined);
  });
  return [...new Set(ended.map(({ entryId }) => entryId))];
}

/**
 * Decides a whole page. Masters before exceptions, otherwise in the provider's order, so that of two revisions of one
 * entry the later is decided on top of the earlier. `stored` has the masters of its exceptions, too; `exceptions` are
 * those of the ended series, by their master.
 */
export function decidePage(
  context: PageContext,
  items: SeenItem[],
  stored: ReadonlyMap<string, StoredEntry>,
  exceptions: ReadonlyMap<string, ReadonlyMap<string, StoredEntry>>,
): DecidedPage {
  const decided = new Map<string, DecidedEntry>();
  const endedHere = new Set(context.endedBefore);
  let relist = false;

  const working = (entryId: string, before: StoredEntry | undefined): DecidedEntry => {
    const existing = decided.get(entryId);
    if (existing) return existing;
    const fresh: DecidedEntry = {
      entryId,
      entry: before?.entry ?? initialState,
      expectedVersion: before?.streamVersion ?? 0,
      events: [],
      returned: false,
    };
    decided.set(entryId, fresh);
    return fresh;
  };
  const apply = (target: DecidedEntry, command: EntryCommand) => {
    const events = decide(command, target.entry);
    target.events.push(...events);
    target.entry = events.reduce(evolve, target.entry);
    return events;
  };
  const giveUpExceptions = (masterId: string) => {
    for (const [entryId, before] of exceptions.get(masterId) ?? []) {
      apply(working(entryId, before), {
        type: 'GiveUpEntry',
        data: { about: { ...context.about, entryId }, reason: 'series-cancelled' },
      });
    }
  };

  // A full listing may show the exceptions of a series that came back before the series itself.
  const isEndedSeries = (seriesId: string) =>
    endedHere.has(seriesId) ||
    (!context.fullListing && !decided.has(seriesId) && stored.get(seriesId)?.endedInPull === true);

  for (const item of mastersFirst(items, ({ revision }) => revision.providerSeriesId)) {
    const before = stored.get(item.entryId);
    const target = working(item.entryId, before);
    const was = target.entry;
    const revision = orphaned(item.revision, isEndedSeries);
    if (!context.fullListing && revision !== item.revision && isLater(item.revision, was)) relist = true;
    const command: RecordRevision = {
      type: 'RecordRevision',
      data: {
        about: { ...context.about, entryId: item.entryId },
        providerCalendarId: context.providerCalendarId,
        revision,
        listedInFull: context.fullListing && !target.returned && !(before?.seenInListing ?? false),
      },
    };
    const remains = noted(was, command);
    const events = apply(target, command);
    if (events.length === 0) target.entry = remains;
    if (!context.fullListing && events.length === 0 && mayHaveReturned(item.revision, was)) relist = true;
    target.returned = true;

    if (item.revision.providerSeriesId !== undefined) continue;
    const { known, cancelled } = target.entry;
    const isGone = !known || cancelled !== undefined;
    if (isGone || (isSeries(was) && !isSeries(target.entry))) {
      endedHere.add(item.entryId);
      if (events.length > 0 || !was.known) giveUpExceptions(item.entryId);
    } else if (events.length > 0) {
      endedHere.delete(item.entryId);
      if (!context.fullListing && was.cancelled !== undefined && isSeries(was)) relist = true;
    }
  }

  const entries = [...decided.values()].filter(
    ({ entryId, entry, events, returned }) =>
      events.length > 0 || (entry.known && (entry !== stored.get(entryId)?.entry || (returned && context.fullListing))),
  );
  const count = (type: EntryEvent['type']) =>
    entries.reduce((sum, { events }) => sum + events.filter((event) => event.type === type).length, 0);
  return {
    entries,
    added: count('EntryAdded'),
    changed: count('EntryChanged'),
    cancelled: count('EntryCancelled'),
    relist,
    ended: endedHere,
  };
}

/** An exception whose slot went with its series' rule and came back with it looks like a stale repeat of its last living revision. */
const mayHaveReturned = (revision: Revision, was: Entry) =>
  revision.providerSeriesId !== undefined &&
  !revision.cancelled &&
  was.cancelled !== undefined &&
  revision.updatedAt === was.updatedAt;

const isLater = ({ updatedAt }: Revision, was: Entry) =>
  updatedAt === undefined || was.updatedAt === undefined || updatedAt > was.updatedAt;

/**
 * An exception, changed earlier, may be listed in one pull with the tombstone of its master, before or after it: it doesn't outlive it.
 * What changed since then lives without it.
 */
function orphaned(revision: Revision, isEndedSeries: (seriesId: string) => boolean): Revision {
  if (revision.seriesId === undefined || revision.cancelled || !isEndedSeries(revision.seriesId)) return revision;
  const { details: _, updatedAt: __, ...rest } = revision;
  return { ...rest, cancelled: true };
}

import type { SeenEntry } from '@calendar-sync/calendar-providers-port';
import { entryIdOf } from '@calendar-sync/contracts-sync';
import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import { decide, evolve, type Revision } from '../../domain/calendar-entry.decider';
import { type DecidedEntry, decidePage, endedSeries, mastersFirst, type SeenItem } from '../../domain/page-of-changes';
import type { StreamOfEvents } from '../../publishing/record';
import { type EntryToSave, loadAbsent, loadEntries, loadExceptions, markSeen, saveEntries } from './entry.store';
import type { PullRun } from './pull-run.store';
import { type Lease, markDirty } from './sync-state.store';

/** How many entries one transaction of a sweep gives up: it must end well below the time limit of a statement. */
export const SWEEP_STEP = 1_000;

const streamOf = (lease: Lease, { entryId, expectedVersion, events }: DecidedEntry): StreamOfEvents => ({
  streamId: `calendar-entry-${entryId}`,
  ownerId: lease.ownerId,
  expectedVersion,
  events,
});

/** What one transaction takes of a page: pushes for the calendar wait for its end, and no statement may come near its time limit. */
const SLICE_ITEMS = 500;
const SLICE_CHARACTERS = 1_000_000;

/** A page in parts, each small enough for a transaction; at least one, and masters before exceptions over all of them. */
export function slicesOf(items: readonly SeenEntry[]): SeenEntry[][] {
  const slices: SeenEntry[][] = [[]];
  let characters = 0;
  for (const item of mastersFirst(items, ({ providerSeriesId }) => providerSeriesId)) {
    const size = JSON.stringify(item.resource).length;
    const slice = slices.at(-1)!;
    if (slice.length > 0 && (slice.length === SLICE_ITEMS || characters + size > SLICE_CHARACTERS)) {
      slices.push([item]);
      characters = size;
      continue;
    }
    slice.push(item);
    characters += size;
  }
  return slices;
}

export interface WrittenPage {
  pull: PullRun;
  streams: StreamOfEvents[];
}

/** Stores entries of a page and gives what is to be recorded of them: half a dozen statements, however many items. */
export async function writeItems(
  tx: Transaction,
  lease: Lease,
  providerCalendarId: string,
  pull: PullRun,
  seenEntries: readonly SeenEntry[],
  endedBefore: ReadonlySet<string> = new Set(),
): Promise<WrittenPage & { ended: ReadonlySet<string> }> {
  const resources = new Map<string, object>();
  const items = seenEntries.map((seen): SeenItem => {
    const entryId = entryIdOf(lease.calendarId, seen.providerEntryId);
    resources.set(entryId, seen.resource);
    const { providerSeriesId } = seen;
    const revision: Revision = {
      providerEntryId: seen.providerEntryId,
      cancelled: seen.cancelled,
      ...(providerSeriesId === undefined
        ? {}
        : { providerSeriesId, seriesId: entryIdOf(lease.calendarId, providerSeriesId) }),
      ...(seen.originalStart === undefined ? {} : { originalStart: seen.originalStart }),
      ...(seen.etag === undefined ? {} : { etag: seen.etag }),
      ...(seen.updatedAt === undefined ? {} : { updatedAt: seen.updatedAt }),
      ...(seen.snapshot === undefined ? {} : { details: seen.snapshot }),
    };
    return { entryId, revision };
  });
  const full = pull.kind === 'full';
  const concerned = items.flatMap(({ entryId, revision }) => [entryId, revision.seriesId ?? entryId]);
  const stored = await loadEntries(tx, [...new Set(concerned)], pull.pullId);
  const exceptions = await loadExceptions(tx, endedSeries(items, stored), pull.pullId);
  const { ownerId, connectionId, calendarId } = lease;
  const decided = decidePage(
    { about: { ownerId, connectionId, calendarId }, providerCalendarId, fullListing: full, endedBefore },
    items,
    stored,
    exceptions,
  );
  const untouched = decided.entries.filter(
    ({ entryId, entry, events }) =>
      events.length === 0 &&
      entry.etag !== undefined &&
      entry.etag === stored.get(entryId)?.entry.etag &&
      entry.updatedAt === stored.get(entryId)?.entry.updatedAt,
  );
  await markSeen(
    tx,
    untouched.map(({ entryId }) => entryId),
    pull.pullId,
  );
  const asTheyAre = new Set(untouched);
  const toSave = decided.entries
    .filter((one) => !asTheyAre.has(one))
    .map((one): EntryToSave => {
      const resource = one.returned ? resources.get(one.entryId) : undefined;
      return { decided: one, ...(resource === undefined ? {} : { resource }) };
    });
  await saveEntries(tx, lease, toSave, full ? pull.pullId : undefined);
  if (decided.relist) await markDirty(tx, [{ calendarId }], { trigger: 'poll', full: true });
  return {
    pull: {
      ...pull,
      added: pull.added + decided.added,
      changed: pull.changed + decided.changed,
      cancelled: pull.cancelled + decided.cancelled,
    },
    streams: decided.entries.map((one) => streamOf(lease, one)),
    ended: decided.ended,
  };
}

/** Gives up some of the entries that the full listing did not return; `done` when there are no more. */
export async function sweepStep(
  tx: Transaction,
  lease: Lease,
  pull: PullRun,
  limit = SWEEP_STEP,
): Promise<WrittenPage & { done: boolean }> {
  const absent = await loadAbsent(tx, lease.calendarId, pull.pullId, limit);
  const { ownerId, connectionId, calendarId } = lease;
  const decided = [...absent].map(([entryId, stored]): DecidedEntry => {
    const events = decide(
      {
        type: 'GiveUpEntry',
        data: { about: { ownerId, connectionId, calendarId, entryId }, reason: 'absent-from-full-sync' },
      },
      stored.entry,
    );
    return {
      entryId,
      expectedVersion: stored.streamVersion,
      events,
      entry: events.reduce(evolve, stored.entry),
      returned: false,
    };
  });
  await saveEntries(
    tx,
    lease,
    decided.map((one) => ({ decided: one })),
    undefined,
  );
  return {
    pull: { ...pull, cancelled: pull.cancelled + decided.length },
    streams: decided.map((one) => streamOf(lease, one)),
    done: absent.size < limit,
  };
}

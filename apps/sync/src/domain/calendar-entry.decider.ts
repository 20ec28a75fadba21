import type { Decider } from '@calendar-sync/event-sourcing-core';
import { changed, changedFields, changedPlace } from './changed-fields';
import type { ChangedField, EntryDetails, EntryIdentity, EntryTime } from './entry-details';

/** What a provider says of one entry at one time. */
export interface Revision {
  providerEntryId: string;
  providerSeriesId?: string;
  seriesId?: string;
  originalStart?: EntryTime;
  etag?: string;
  /** Epoch milliseconds; absent on bare tombstones. */
  updatedAt?: number;
  cancelled: boolean;
  details?: EntryDetails;
}

export type CancelReason = 'cancelled-at-provider' | 'absent-from-full-sync' | 'series-cancelled' | 'calendar-removed';

/** An entry as far as we know it. `cancelled` says why; details stay as they were last known. */
export interface Entry {
  known: boolean;
  identity?: EntryIdentity;
  details?: EntryDetails;
  cancelled?: CancelReason;
  etag?: string;
  updatedAt?: number;
}

export interface EntryAbout {
  ownerId: string;
  connectionId: string;
  calendarId: string;
  entryId: string;
}

interface RevisionMark {
  etag?: string;
  updatedAt?: number;
}
export interface EntryAdded {
  type: 'EntryAdded';
  data: EntryAbout & { entry: EntryIdentity & EntryDetails; revision: RevisionMark };
}
export interface EntryChanged {
  type: 'EntryChanged';
  data: EntryAbout & { entry: EntryIdentity & EntryDetails; changed: ChangedField[]; revision: RevisionMark };
}
export type CancelledEntry = EntryIdentity & Partial<Omit<EntryDetails, 'status'>> & { status: 'cancelled' };
export interface EntryCancelled {
  type: 'EntryCancelled';
  data: EntryAbout & {
    entry: CancelledEntry;
    reason: CancelReason;
    changed: ChangedField[];
    revision: RevisionMark;
  };
}
export type EntryEvent = EntryAdded | EntryChanged | EntryCancelled;

interface EntryContext {
  about: EntryAbout;
  providerCalendarId: string;
}
export interface RecordRevision {
  type: 'RecordRevision';
  data: EntryContext & {
    revision: Revision;
    /** Listed in full and not met before in this listing: it is the provider's present, whatever its age says. */
    listedInFull?: boolean;
  };
}
/** The entry is gone without a word of the provider about it: with its series, or because a full listing lacks it. */
export interface GiveUpEntry {
  type: 'GiveUpEntry';
  data: { about: EntryAbout; reason: Exclude<CancelReason, 'cancelled-at-provider'> };
}
export type EntryCommand = RecordRevision | GiveUpEntry;

export const initialState: Entry = { known: false };

export function decide(command: EntryCommand, entry: Entry): EntryEvent[] {
  if (command.type === 'GiveUpEntry') return giveUp(command.data, entry);
  const { about, providerCalendarId, revision } = command.data;
  if (!isNews(revision, entry, command.data.listedInFull ?? false)) return [];
  const identity = identityOf(about, providerCalendarId, revision);
  const mark = markOf(revision);
  if (revision.cancelled) {
    // A tombstone of what was never seen says nothing, except that an occurrence of a series doesn't take place.
    if (!entry.known && revision.providerSeriesId === undefined) return [];
    const known = entry.identity ?? identity;
    const place = revision.providerSeriesId === undefined ? known : { ...known, ...placeOf(identity) };
    const moved = changedPlace(known, place);
    // The parts of a split series name a date alike: it is taken out of each of them by a tombstone of its own.
    if (entry.cancelled !== undefined && moved.length === 0) return [];
    const status = changed('status', entry.details?.status, 'cancelled');
    return [
      cancelled(about, place, entry.details ?? revision.details, 'cancelled-at-provider', mark, [
        ...(entry.known && entry.cancelled === undefined ? [status] : []),
        ...moved,
      ]),
    ];
  }
  const details = revision.details;
  if (details === undefined) return [];
  if (!entry.known || entry.cancelled !== undefined || entry.details === undefined) {
    return [{ type: 'EntryAdded', data: { ...about, entry: { ...identity, ...details }, revision: mark } }];
  }
  const fields = [...changedFields(entry.details, details), ...changedPlace(entry.identity ?? identity, identity)];
  if (fields.length === 0) return [];
  return [
    { type: 'EntryChanged', data: { ...about, entry: { ...identity, ...details }, changed: fields, revision: mark } },
  ];
}

export function evolve(entry: Entry, event: EntryEvent): Entry {
  const { revision } = event.data;
  const marks = { ...pick(entry), ...revision };
  if (event.type === 'EntryCancelled') {
    const { identity, details } = split(event.data.entry);
    const kept = entry.details ?? lastKnownDetails(details);
    return {
      known: true,
      identity,
      ...(kept === undefined ? {} : { details: kept }),
      cancelled: event.data.reason,
      ...marks,
    };
  }
  const { identity, details } = split(event.data.entry);
  return { known: true, identity, details: details as EntryDetails, ...marks };
}

export const calendarEntry: Decider<Entry, EntryCommand, EntryEvent> = { initialState, evolve, decide };

/**
 * What remains of a revision that was no event: its marks, so that older ones are told from it. A dated tombstone of
 * something never seen is kept for the same reason.
 */
export function noted(entry: Entry, command: RecordRevision): Entry {
  const { revision, about, providerCalendarId } = command.data;
  if (!isNews(revision, entry, command.data.listedInFull ?? false)) return entry;
  if (entry.known) return { ...entry, ...markOf(revision) };
  if (!revision.cancelled || revision.updatedAt === undefined) return entry;
  return {
    known: true,
    identity: identityOf(about, providerCalendarId, revision),
    cancelled: 'cancelled-at-provider',
    ...markOf(revision),
  };
}

export const isSeries = (entry: Entry) => entry.details?.recurrence !== undefined;

/** Providers repeat themselves and reorder; `updated` orders the revisions of one entry, `etag` tells two of the same moment apart. */
function isNews(revision: Revision, entry: Entry, listedInFull: boolean): boolean {
  if (!entry.known || listedInFull) return true;
  if (revision.updatedAt === undefined || entry.updatedAt === undefined) return true;
  if (revision.updatedAt !== entry.updatedAt) return revision.updatedAt > entry.updatedAt;
  if (entry.cancelled === undefined) return revision.cancelled || revision.etag !== entry.etag;
  // The last living revision repeated after its tombstone. Only what we gave up ourselves may return unchanged.
  return !revision.cancelled && entry.cancelled !== 'cancelled-at-provider' && entry.cancelled !== 'series-cancelled';
}

function giveUp({ about, reason }: GiveUpEntry['data'], entry: Entry): EntryEvent[] {
  if (!entry.known || entry.cancelled !== undefined || entry.identity === undefined) return [];
  const status = changed('status', entry.details?.status, 'cancelled');
  return [cancelled(about, entry.identity, entry.details, reason, {}, [status])];
}

function cancelled(
  about: EntryAbout,
  identity: EntryIdentity,
  lastKnown: EntryDetails | undefined,
  reason: CancelReason,
  revision: RevisionMark,
  fields: ChangedField[],
): EntryCancelled {
  return {
    type: 'EntryCancelled',
    data: {
      ...about,
      entry: { ...identity, ...(lastKnown ?? {}), status: 'cancelled' },
      reason,
      changed: fields,
      revision,
    },
  };
}

function identityOf(about: EntryAbout, providerCalendarId: string, revision: Revision): EntryIdentity {
  return {
    entryId: about.entryId,
    calendarId: about.calendarId,
    providerEntryId: revision.providerEntryId,
    providerCalendarId,
    ...(revision.seriesId === undefined ? {} : { seriesId: revision.seriesId }),
    ...(revision.providerSeriesId === undefined ? {} : { providerSeriesId: revision.providerSeriesId }),
    ...(revision.originalStart === undefined ? {} : { originalStart: revision.originalStart }),
  };
}

const placeOf = ({ seriesId, providerSeriesId, originalStart }: EntryIdentity) => ({
  ...(seriesId === undefined ? {} : { seriesId }),
  ...(providerSeriesId === undefined ? {} : { providerSeriesId }),
  ...(originalStart === undefined ? {} : { originalStart }),
});

const markOf = ({ etag, updatedAt }: Revision): RevisionMark => pick({ etag, updatedAt });

const pick = ({ etag, updatedAt }: { etag?: string; updatedAt?: number }): RevisionMark => ({
  ...(etag === undefined ? {} : { etag }),
  ...(updatedAt === undefined ? {} : { updatedAt }),
});

/** Of an occurrence cancelled before it was ever seen, a provider may still say what it was. */
function lastKnownDetails(details: Partial<Omit<EntryDetails, 'status'>>): EntryDetails | undefined {
  const { start, end, visibility, busy, kind } = details;
  if (!start || !end || !visibility || busy === undefined || kind === undefined) return undefined;
  return { ...details, start, end, visibility, busy, kind, status: 'confirmed' };
}

function split(entry: (EntryIdentity & EntryDetails) | CancelledEntry) {
  const {
    entryId,
    calendarId,
    providerEntryId,
    providerCalendarId,
    seriesId,
    providerSeriesId,
    originalStart,
    ...details
  } = entry;
  const identity: EntryIdentity = {
    entryId,
    calendarId,
    providerEntryId,
    providerCalendarId,
    ...(seriesId === undefined ? {} : { seriesId }),
    ...(providerSeriesId === undefined ? {} : { providerSeriesId }),
    ...(originalStart === undefined ? {} : { originalStart }),
  };
  return { identity, details };
}

import type { Attendee, ChangedField, EntryDetails, EntryIdentity, EntryTime } from './entry-details';

/** Longer values are cut in the old-and-new part of a change, so that one huge description can't make a message too large for its topic. */
export const LARGEST_VALUE_BYTES = 64 * 1024;

/** The fields that differ, with old and new value. Moved only in `updated`, in an offset's spelling or in the order of attendees: nothing differs. */
export function changedFields(before: EntryDetails, after: EntryDetails): ChangedField[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof EntryDetails>;
  fields.delete('providerUpdatedAt');
  return [...fields]
    .filter((field) => essence(field, before[field]) !== essence(field, after[field]))
    .sort()
    .map((field) => changed(field, before[field], after[field]));
}

/** Whose occurrence it is. A split hands instances over to the new series under their old ids, often with nothing else changed. */
export function changedPlace(before: EntryIdentity, after: EntryIdentity): ChangedField[] {
  const fields: ChangedField[] = [];
  if (before.seriesId !== after.seriesId) fields.push(changed('seriesId', before.seriesId, after.seriesId));
  const [old, now] = [before.originalStart, after.originalStart];
  if (instantOf(old) !== instantOf(now)) fields.push(changed('originalStart', old, now));
  return fields;
}

const instantOf = (time: EntryTime | undefined) =>
  time && ('date' in time ? time.date : new Date(time.dateTime).getTime());

export function changed(field: string, old: unknown, now: unknown): ChangedField {
  const [oldValue, newValue] = [withinLimit(old), withinLimit(now)];
  return {
    field,
    ...(oldValue.value === undefined ? {} : { old: oldValue.value }),
    ...(newValue.value === undefined ? {} : { new: newValue.value }),
    ...(oldValue.cut || newValue.cut ? { cut: true } : {}),
  };
}

function essence(field: keyof EntryDetails, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (field === 'start' || field === 'end') return timeEssence(value as EntryTime);
  if (field === 'attendees') {
    const byEmail = [...(value as Attendee[])].sort((a, b) => (a.email < b.email ? -1 : a.email > b.email ? 1 : 0));
    return canonical(byEmail);
  }
  return canonical(value);
}

function timeEssence(time: EntryTime): string {
  if ('date' in time) return time.date;
  return `${new Date(time.dateTime).getTime()} ${time.timeZone ?? ''}`;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function withinLimit(value: unknown): { value?: unknown; cut: boolean } {
  if (value === undefined) return { cut: false };
  // A character takes at most six bytes once escaped, so that most values need no serialising.
  if (typeof value === 'string' && value.length * 6 <= LARGEST_VALUE_BYTES) return { value, cut: false };
  if (Buffer.byteLength(JSON.stringify(value)) <= LARGEST_VALUE_BYTES) return { value, cut: false };
  if (typeof value !== 'string') return { cut: true };
  return {
    value: Buffer.from(value)
      .subarray(0, LARGEST_VALUE_BYTES - 8)
      .toString()
      .replace(/\uFFFD$/, ''),
    cut: true,
  };
}

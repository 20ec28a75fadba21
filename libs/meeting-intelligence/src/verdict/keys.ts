import { AssessableEntry, EntryTime } from '../entry';

/**
 * Outlook's identifiers hold, in characters 32 to 39, the date of the instance that they were read from, and come in either case.
 * Source: MS-OXOCAL, PidLidGlobalObjectId and PidLidCleanGlobalObjectId.
 */
const outlookUid = /^040000008200e00074c5b7101a82e008[0-9a-f]{8}/i;

const sameForAll = (uid: string): string =>
  outlookUid.test(uid) ? `${uid.slice(0, 32)}00000000${uid.slice(40)}`.toUpperCase() : uid;

/**
 * The same for the same meeting wherever it is kept: what iCalendar calls UID, and for an instance of a series the instant at which it
 * was to begin before it was moved, which calendars write with different offsets. Undefined where the provider tells no UID.
 */
export const meetingKeyOf = ({ iCalUid, originalStart }: AssessableEntry): string | undefined => {
  if (iCalUid === undefined) return undefined;
  const uid = sameForAll(iCalUid);
  return originalStart === undefined ? uid : `${uid}@${momentOf(originalStart)}`;
};

const momentOf = (time: EntryTime): string => {
  if ('date' in time) return time.date;
  const { dateTime, timeZone } = time;
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(dateTime);
  const instant = hasOffset ? Date.parse(dateTime) : instantIn(dateTime, timeZone ?? 'UTC');
  return Number.isNaN(instant) ? dateTime : new Date(instant).toISOString().replace('.000Z', 'Z');
};

/** The instant of a wall-clock time in a zone; of an ambiguous one the first. NaN where either can't be read. */
const instantIn = (wallClock: string, timeZone: string): number => {
  const asUtc = Date.parse(`${wallClock}Z`);
  if (Number.isNaN(asUtc)) return NaN;
  try {
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    const offsetAt = (instant: number) => Date.parse(`${shown.format(instant).replace(' ', 'T')}Z`) - instant;
    const candidates = [asUtc - offsetAt(asUtc - 86_400_000), asUtc - offsetAt(asUtc + 86_400_000)];
    return candidates.find((instant) => instant + offsetAt(instant) === asUtc) ?? candidates[0]!;
  } catch {
    return NaN;
  }
};

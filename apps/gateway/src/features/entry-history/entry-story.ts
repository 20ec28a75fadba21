import type {
  AttendeeV1,
  ChangedFieldV1,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  EntryTimeV1,
} from '@calendar-sync/contracts-sync';

export type EntryFact =
  | { type: 'EntryAdded.v1'; data: EntryAddedV1 }
  | { type: 'EntryChanged.v1'; data: EntryChangedV1 }
  | { type: 'EntryCancelled.v1'; data: EntryCancelledV1 };

/** One sentence that says what happened, for people. */
export function summaryOf({ type, data }: EntryFact): string {
  switch (type) {
    case 'EntryAdded.v1':
      return sentence(added(data));
    case 'EntryChanged.v1':
      return sentence(`${named(data.entry.title)}: ${list(changes(data.changed))}`);
    case 'EntryCancelled.v1':
      return sentence(`${named(data.entry.title)}${cancelled[data.reason]}`);
  }
}

const cancelled: Record<EntryCancelledV1['reason'], string> = {
  'cancelled-at-provider': ' was cancelled',
  'absent-from-full-sync': ' is gone: the provider no longer had it when everything was read anew',
  'series-cancelled': ' was cancelled with its series',
  'calendar-removed': ' went with its calendar',
};

function added({ entry }: EntryAddedV1): string {
  const people = entry.attendees?.filter(({ resource }) => !resource).length ?? 0;
  const when = `${entry.recurrence ? 'from ' : ''}${span(entry.start, entry.end)}`;
  const rest = [
    ...(entry.recurrence ? ['a series'] : []),
    ...(people > 0 ? [`with ${people} ${people === 1 ? 'person' : 'people'}`] : []),
    ...(entry.location === undefined ? [] : [`at ${quoted(entry.location)}`]),
  ];
  if (entry.originalStart)
    return `the occurrence of ${moment(entry.originalStart)} went its own way: ${list([`${named(entry.title)}, ${when}`, ...rest])}`;
  return `${named(entry.title)} appeared: ${list([when, ...rest])}`;
}

/** `start` and `end` are one move; other fields stand for themselves. */
function changes(changed: readonly ChangedFieldV1[]): string[] {
  const of = (name: string) => changed.find(({ field }) => field === name);
  const [start, end] = [of('start'), of('end')];
  const phrases = changed.filter(({ field }) => field !== 'start' && field !== 'end').flatMap(phraseOf);
  if (start) return [`moved from ${moment(start.old)} to ${moment(start.new)}`, ...phrases];
  if (end) return [`ends ${moment(end.new)} instead of ${moment(end.old)}`, ...phrases];
  return phrases;
}

function phraseOf({ field, old, new: now }: ChangedFieldV1): string[] {
  switch (field) {
    case 'title':
      return [`renamed from ${named(old)} to ${named(now)}`];
    case 'status':
      return [now === 'tentative' ? 'is tentative now' : 'is confirmed now'];
    case 'busy':
      return [now === true ? 'blocks time now' : 'no longer blocks time'];
    case 'recurrence':
      return [
        old === undefined ? 'became a series' : now === undefined ? 'is no longer a series' : 'repeats by other rules',
      ];
    case 'attendees':
      return attendeeChanges(attendees(old), attendees(now));
    default:
      return [textChange(names[field] ?? words(field), old, now, !silent.has(field))];
  }
}

const names: Record<string, string> = {
  conference: 'the way to join',
  hangoutLink: 'the Meet link',
  description: 'the description',
  providerUpdatedAt: "the provider's time of change",
};
/** Values that would not read as part of a sentence. */
const silent = new Set(['description', 'conference']);

function textChange(name: string, old: unknown, now: unknown, shown: boolean): string {
  if (old === undefined) return `${name} was added${shown && typeof now === 'string' ? `: ${quoted(now)}` : ''}`;
  if (now === undefined) return `${name} was removed`;
  return shown && typeof old === 'string' && typeof now === 'string'
    ? `${name} changed from ${quoted(old)} to ${quoted(now)}`
    : `${name} changed`;
}

const attendees = (value: unknown): AttendeeV1[] =>
  Array.isArray(value)
    ? value.filter((one): one is AttendeeV1 => typeof one === 'object' && one !== null && 'email' in one)
    : [];

const replies: Record<string, string> = {
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'may come',
  needsAction: 'has yet to answer',
};

function attendeeChanges(before: readonly AttendeeV1[], after: readonly AttendeeV1[]): string[] {
  const known = new Map(before.map((one) => [one.email, one]));
  const present = new Set(after.map(({ email }) => email));
  const invited = after.filter(({ email }) => !known.has(email)).map(called);
  const gone = before.filter(({ email }) => !present.has(email)).map(called);
  const answered = after.flatMap((one) => {
    const was = known.get(one.email);
    return was && was.response !== one.response ? [`${called(one)} ${replies[one.response] ?? one.response}`] : [];
  });
  const phrases = [
    ...(invited.length > 0 ? [`${list(invited, 4)} ${invited.length === 1 ? 'was' : 'were'} invited`] : []),
    ...(gone.length > 0 ? [`${list(gone, 4)} ${gone.length === 1 ? 'was' : 'were'} taken off`] : []),
    ...answered.slice(0, 4),
    ...(answered.length > 4 ? [`${answered.length - 4} more answered`] : []),
  ];
  return phrases.length > 0 ? phrases : ['the attendees changed'];
}

const called = ({ name, email }: AttendeeV1) => name ?? email;

const words = (field: string) => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const named = (title: unknown) => (typeof title === 'string' ? quoted(title) : 'an untitled entry');

const longest = 80;
const quoted = (text: string) => `“${text.length > longest ? `${text.slice(0, longest)}…` : text}”`;

function list(parts: readonly string[], atMost = Infinity): string {
  return parts.length > atMost
    ? `${parts.slice(0, atMost).join(', ')} and ${parts.length - atMost} more`
    : parts.join(', ');
}

/** As the owner reads it on his wall: the local time as written, with its zone. */
function moment(time: unknown): string {
  if (!isTime(time)) return 'an unknown time';
  if ('date' in time) return time.date;
  const [day, clock = ''] = time.dateTime.split('T');
  return `${day} ${clock.slice(0, 5)}${time.timeZone === undefined ? clock.slice(8) : ` (${time.timeZone})`}`;
}

function span(start: EntryTimeV1, end: EntryTimeV1): string {
  if ('date' in start) return `${start.date}, all day`;
  if ('date' in end || end.dateTime.slice(0, 10) !== start.dateTime.slice(0, 10))
    return `${moment(start)} to ${moment(end)}`;
  const [day, clock = ''] = start.dateTime.split('T');
  const zone = start.timeZone === undefined ? clock.slice(8) : ` (${start.timeZone})`;
  return `${day} ${clock.slice(0, 5)}–${end.dateTime.slice(11, 16)}${zone}`;
}

const isTime = (value: unknown): value is EntryTimeV1 =>
  typeof value === 'object' &&
  value !== null &&
  (('date' in value && typeof value.date === 'string') || ('dateTime' in value && typeof value.dateTime === 'string'));

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

import type {
  AttendeeV1,
  ChangedFieldV1,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  EntryTimeV1,
} from '@calendar-sync/contracts-sync';
import { ruleChange } from './story-rules';
import { minutesBetween, StoryTimes } from './story-times';

export type EntryFact =
  | { type: 'EntryAdded.v1'; data: EntryAddedV1 }
  | { type: 'EntryChanged.v1'; data: EntryChangedV1 }
  | { type: 'EntryCancelled.v1'; data: EntryCancelledV1 };

/**
 * One sentence that says what happened, for people. `calendarZone` is the zone of its times; that of each time when the calendar was not heard of.
 * `before` is what was told of the entry last: an entry that is there again is recorded as added.
 */
export function summaryOf({ type, data }: EntryFact, calendarZone?: string, before?: EntryFact['type']): string {
  const times = new StoryTimes(calendarZone);
  switch (type) {
    case 'EntryAdded.v1':
      return sentence(added(data, times, before === 'EntryCancelled.v1'));
    case 'EntryChanged.v1':
      return sentence(`${named(data.entry.title)}: ${list(changes(data, times))}`);
    case 'EntryCancelled.v1':
      return sentence(cancelled(data, times));
  }
}

const ends: Record<EntryCancelledV1['reason'], string> = {
  'cancelled-at-provider': ' was cancelled',
  'absent-from-full-sync': ' is gone: the provider no longer had it when everything was read anew',
  'series-cancelled': ' was cancelled with its series',
  'calendar-removed': ' went with its calendar',
};

function cancelled({ entry, reason, changed }: EntryCancelledV1, times: StoryTimes): string {
  const { originalStart, recurrence, title } = entry;
  if (originalStart === undefined) return `${recurrence ? 'the series ' : ''}${named(title)}${ends[reason]}`;
  const what = `the occurrence of ${times.moment(originalStart)}${title === undefined ? '' : `, ${named(title)},`}`;
  const elsewhere = changed.some(({ field }) => field === 'seriesId');
  return `${what}${ends[reason]}${elsewhere ? ', in the series that it belongs to since a split' : ''}`;
}

function added({ entry }: EntryAddedV1, times: StoryTimes, again: boolean): string {
  const others = entry.attendees?.filter(({ resource, self }) => !resource && !self) ?? [];
  const when = `${entry.recurrence ? 'from ' : ''}${times.span(entry.start, entry.end)}`;
  const rest = [
    ...(entry.recurrence ? ['a series'] : []),
    ...(others.length > 0 ? [`with ${list(others.map(called), 4)}`] : []),
    ...(entry.location === undefined ? [] : [`at ${quoted(entry.location)}`]),
  ];
  if (entry.originalStart)
    return `the occurrence of ${times.moment(entry.originalStart)} ${again ? 'came back' : 'went its own way'}: ${list([`${named(entry.title)}, ${when}`, ...rest])}`;
  return `${named(entry.title)} ${again ? 'came back' : 'appeared'}: ${list([when, ...rest])}`;
}

/** `start` and `end` are one move; other fields stand for themselves. */
function changes({ entry, changed }: EntryChangedV1, times: StoryTimes): string[] {
  const of = (name: string) => changed.find(({ field }) => field === name);
  const [start, end] = [of('start'), of('end')];
  const phrases = changed
    .filter(({ field }) => field !== 'start' && field !== 'end')
    .flatMap((change) => phraseOf(change, entry.start, times));
  if (start) return [times.move(start.old, start.new), ...lasting(start, end, entry.end), ...phrases];
  if (end) return [`ends ${times.moment(end.new)} instead of ${times.moment(end.old)}`, ...phrases];
  return phrases;
}

/** An end that isn't among what changed stayed. */
function lasting(start: ChangedFieldV1, end: ChangedFieldV1 | undefined, stayed: EntryTimeV1): string[] {
  const before = minutesBetween(start.old, end ? end.old : stayed);
  const now = minutesBetween(start.new, end ? end.new : stayed);
  return before === undefined || now === undefined || before === now
    ? []
    : [`lasts ${now} minutes instead of ${before}`];
}

function phraseOf({ field, old, new: now }: ChangedFieldV1, entryStart: EntryTimeV1, times: StoryTimes): string[] {
  switch (field) {
    case 'title':
      return [`renamed from ${named(old)} to ${named(now)}`];
    case 'status':
      return [now === 'tentative' ? 'is tentative now' : 'is confirmed now'];
    case 'visibility':
      return [now === 'default' ? 'is as visible as its calendar again' : `is ${String(now)} now`];
    case 'busy':
      return [now === true ? 'blocks time now' : 'no longer blocks time'];
    case 'recurrence':
      return [ruleChange(old, now, entryStart, times)];
    case 'seriesId':
      return [now === undefined ? 'belongs to no series now' : 'belongs to another series now, as after a split'];
    case 'originalStart':
      return [`stands for ${times.moment(now)} in its series instead of ${times.moment(old)}`];
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

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

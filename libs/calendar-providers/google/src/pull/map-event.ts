import type { calendar_v3 } from 'googleapis/build/src/apis/calendar';
import type {
  Attendee,
  Conference,
  EntryPoint,
  EntrySnapshot,
  EntryTime,
  Person,
  SeenEntry,
} from '@calendar-sync/calendar-providers-port';

type Event = calendar_v3.Schema$Event;

/** A Google event as the port sees it. Of a cancelled one nothing but `id` is required. Source: https://developers.google.com/workspace/calendar/api/v3/reference/events */
export function seenEntry(event: Event): SeenEntry | undefined {
  if (!event.id) return undefined;
  const updatedAt = event.updated ? Date.parse(event.updated) : NaN;
  const snapshot = snapshotOf(event);
  return compact({
    providerEntryId: event.id,
    providerSeriesId: event.recurringEventId || undefined,
    originalStart: entryTime(event.originalStartTime),
    etag: event.etag || undefined,
    updatedAt: Number.isFinite(updatedAt) ? updatedAt : undefined,
    cancelled: event.status === 'cancelled' || snapshot === undefined,
    snapshot,
    resource: event,
  });
}

/** Absent when the resource has no time, as a bare tombstone. */
function snapshotOf(event: Event): EntrySnapshot | undefined {
  const start = entryTime(event.start);
  const end = entryTime(event.end) ?? start;
  if (start === undefined || end === undefined) return undefined;
  return compact({
    status: event.status === 'tentative' ? ('tentative' as const) : ('confirmed' as const),
    title: event.summary || undefined,
    description: event.description || undefined,
    location: event.location || undefined,
    start,
    end,
    recurrence: nonEmpty(event.recurrence),
    organizer: person(event.organizer),
    creator: person(event.creator),
    attendees: nonEmpty(event.attendees?.map(attendee)),
    attendeesOmitted: event.attendeesOmitted || undefined,
    conference: conference(event.conferenceData),
    hangoutLink: event.hangoutLink || undefined,
    iCalUid: event.iCalUID || undefined,
    link: event.htmlLink || undefined,
    attachments: nonEmpty(
      event.attachments?.flatMap(({ title, fileUrl, mimeType }) =>
        fileUrl ? [compact({ title: title || undefined, url: fileUrl, mimeType: mimeType || undefined })] : [],
      ),
    ),
    source: event.source
      ? compact({ title: event.source.title || undefined, url: event.source.url || undefined })
      : undefined,
    extendedProperties: extendedProperties(event.extendedProperties),
    guests: guests(event),
    locked: event.locked || undefined,
    birthday: birthday(event.birthdayProperties),
    visibility: oneOf(event.visibility, ['public', 'private', 'confidential'], 'default'),
    busy: event.transparency !== 'transparent',
    kind: event.eventType || 'default',
    providerUpdatedAt: event.updated || undefined,
  });
}

function entryTime(time: calendar_v3.Schema$EventDateTime | null | undefined): EntryTime | undefined {
  if (time?.date) return { date: time.date };
  if (time?.dateTime) return compact({ dateTime: time.dateTime, timeZone: time.timeZone || undefined });
  return undefined;
}

function person(
  who: { email?: string | null; displayName?: string | null; self?: boolean | null } | null | undefined,
): Person | undefined {
  if (!who || (!who.email && !who.displayName)) return undefined;
  return compact({ email: who.email || undefined, name: who.displayName || undefined, self: who.self || undefined });
}

function attendee(who: calendar_v3.Schema$EventAttendee): Attendee {
  return compact({
    email: who.email ?? '',
    name: who.displayName || undefined,
    response: oneOf(who.responseStatus, ['declined', 'tentative', 'accepted'], 'needsAction'),
    optional: who.optional ?? false,
    resource: who.resource ?? false,
    self: who.self ?? false,
    organizer: who.organizer || undefined,
  });
}

const CREATION = ['pending', 'success', 'failure'] as const;

/** While `createRequest` is pending there are no entry points yet; the link comes with a later change of the same event. */
function conference(data: calendar_v3.Schema$ConferenceData | undefined): Conference | undefined {
  if (!data) return undefined;
  const status = CREATION.find((word) => word === data.createRequest?.status?.statusCode);
  return compact({
    solution: data.conferenceSolution?.key?.type || data.createRequest?.conferenceSolutionKey?.type || undefined,
    name: data.conferenceSolution?.name || undefined,
    conferenceId: data.conferenceId || undefined,
    status,
    entryPoints: (data.entryPoints ?? []).flatMap(entryPoint),
    notes: data.notes || undefined,
  });
}

function entryPoint(point: calendar_v3.Schema$EntryPoint): EntryPoint[] {
  if (!point.uri) return [];
  return [
    compact({
      type: oneOf(point.entryPointType, ['video', 'phone', 'sip'], 'more'),
      uri: point.uri,
      label: point.label || undefined,
      regionCode: point.regionCode || undefined,
      pin: point.pin || undefined,
      accessCode: point.accessCode || undefined,
      meetingCode: point.meetingCode || undefined,
      passcode: point.passcode || undefined,
      password: point.password || undefined,
    }),
  ];
}

/** Google's defaults, which it mostly leaves out: guests invite others and see each other, and change nothing. */
function guests(event: Event): EntrySnapshot['guests'] {
  const canInviteOthers = event.guestsCanInviteOthers === false ? false : undefined;
  const canModify = event.guestsCanModify || undefined;
  const canSeeOtherGuests = event.guestsCanSeeOtherGuests === false ? false : undefined;
  const allowed = compact({ canInviteOthers, canModify, canSeeOtherGuests });
  return Object.keys(allowed).length > 0 ? allowed : undefined;
}

function birthday(properties: Event['birthdayProperties']): EntrySnapshot['birthday'] {
  if (!properties) return undefined;
  return compact({ type: properties.type || undefined, contact: properties.contact || undefined });
}

function extendedProperties(properties: Event['extendedProperties']): EntrySnapshot['extendedProperties'] {
  const own = filled(properties?.private);
  const shared = filled(properties?.shared);
  return own || shared ? compact({ private: own, shared }) : undefined;
}

const filled = (record: Record<string, string> | null | undefined) =>
  record && Object.keys(record).length > 0 ? record : undefined;
const nonEmpty = <Item>(items: Item[] | null | undefined) => (items && items.length > 0 ? items : undefined);

function oneOf<Word extends string, Otherwise extends string>(
  value: string | null | undefined,
  words: readonly Word[],
  otherwise: Otherwise,
): Word | Otherwise {
  return words.find((word) => word === value) ?? otherwise;
}

/** Leaves out what is undefined: absent is absent. */
function compact<Shape extends object>(shape: Shape): Compact<Shape> {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Compact<Shape>;
}
type Compact<Shape> = { [Key in keyof Shape as undefined extends Shape[Key] ? never : Key]: Shape[Key] } & {
  [Key in keyof Shape as undefined extends Shape[Key] ? Key : never]?: Exclude<Shape[Key], undefined>;
};

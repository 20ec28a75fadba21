import { invalid, required, timeRangeEmpty } from '../http/api-error';
import { isObject, type JsonObject, text, texts } from '../http/json-input';
import { isExpandable } from '../recurrence/expand';
import type { EventResource } from './event';
import { momentOf, readTime, seriesOf } from './event-time';

const WRITABLE = [
  'summary',
  'description',
  'location',
  'start',
  'end',
  'endTimeUnspecified',
  'recurrence',
  'status',
  'visibility',
  'transparency',
  'attendees',
  'reminders',
  'extendedProperties',
  'colorId',
  'guestsCanModify',
  'guestsCanInviteOthers',
  'guestsCanSeeOtherGuests',
  'anyoneCanAddSelf',
  'source',
  'sequence',
  'focusTimeProperties',
  'outOfOfficeProperties',
  'workingLocationProperties',
  'birthdayProperties',
  'privateCopy',
] as const;

export const EVENT_TYPES: readonly string[] = [
  'default',
  'birthday',
  'focusTime',
  'fromGmail',
  'outOfOffice',
  'workingLocation',
];

/** Values that Google leaves out of its answers because they are the default. */
const DEFAULTS: { readonly [field: string]: unknown } = {
  visibility: 'default',
  transparency: 'opaque',
  guestsCanModify: false,
  guestsCanInviteOthers: true,
  guestsCanSeeOtherGuests: true,
  anyoneCanAddSelf: false,
  endTimeUnspecified: false,
  privateCopy: false,
  summary: '',
  description: '',
  location: '',
};

/** Objects are merged, arrays replaced, null deletes. https://developers.google.com/workspace/calendar/api/guides/performance#patch-partial-update */
export function mergePatch(base: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(base) ? { ...base } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}

/** The writable part of an event after a write. `update` starts from nothing, `patch` from what is there. */
export function writtenFields(
  before: EventResource | undefined,
  input: JsonObject,
  mode: 'update' | 'patch',
): JsonObject {
  const fields: JsonObject = {};
  for (const field of WRITABLE) {
    const given = input[field];
    const kept = before?.[field];
    if (given === null) continue;
    if (given === undefined) {
      if (mode === 'patch' && kept !== undefined) fields[field] = kept;
    } else {
      fields[field] = mode === 'patch' ? mergePatch(kept, given) : given;
    }
  }
  return fields;
}

function checkedTimes(fields: JsonObject, calendarZone: string, instance: boolean): JsonObject {
  const start = readTime(fields['start'], 'start', calendarZone);
  const end = readTime(fields['end'], 'end', calendarZone);
  if ((start.date === undefined) !== (end.date === undefined)) throw invalid('Invalid start time.');
  const empty = start.date === undefined ? momentOf(end) < momentOf(start) : momentOf(end) <= momentOf(start);
  if (empty) throw timeRangeEmpty();
  const recurrence = texts(fields['recurrence']);
  if (fields['recurrence'] !== undefined && !recurrence) throw invalid('Invalid value for recurrence.');
  if (!recurrence || recurrence.length === 0 || instance) return { start, end };
  const given = fields['start'];
  if (start.date === undefined && isObject(given) && given['timeZone'] === undefined) {
    throw required('Missing time zone definition for start time.');
  }
  return { start, end, recurrence };
}

function checkedExtendedProperties(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const kinds: JsonObject = {};
  for (const kind of ['private', 'shared']) {
    const given = value[kind];
    if (!isObject(given)) continue;
    // Google drops long keys and cuts long values without a word.
    const kept = Object.entries(given)
      .filter(([key]) => key.length <= 44)
      .map(([key, each]) => [key, String(each).slice(0, 1024)]);
    if (kept.length > 0) kinds[kind] = Object.fromEntries(kept);
  }
  return Object.keys(kinds).length > 0 ? kinds : undefined;
}

const RESPONSES = ['needsAction', 'declined', 'tentative', 'accepted'];

function checkedAttendees(value: unknown, organizer: string | undefined): JsonObject[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalid('Invalid value for attendees.');
  const byEmail = new Map<string, JsonObject>();
  for (const each of value) {
    const email = isObject(each) ? text(each['email'])?.trim() : undefined;
    if (!isObject(each) || email === undefined || !email.includes('@')) throw invalid('Invalid attendee email.');
    const { self: _self, organizer: _organizer, ...rest } = each;
    const isOrganizer = email.toLowerCase() === organizer?.toLowerCase();
    const response = text(rest['responseStatus']) ?? (isOrganizer ? 'accepted' : 'needsAction');
    if (!RESPONSES.includes(response)) throw invalid('Invalid value for responseStatus.');
    if (rest['optional'] === false) delete rest['optional'];
    byEmail.set(email.toLowerCase(), {
      ...rest,
      email,
      ...(isOrganizer && { organizer: true }),
      responseStatus: response,
    });
  }
  return byEmail.size > 0 ? [...byEmail.values()] : undefined;
}

/** Checks and normalises what was written: times in UTC, defaults absent. @throws ApiError 400 */
export function normalise(
  fields: JsonObject,
  calendarZone: string,
  organizer: string | undefined,
  instance: boolean,
): JsonObject {
  const status = text(fields['status']) ?? 'confirmed';
  if (!['confirmed', 'tentative', 'cancelled'].includes(status)) throw invalid('Invalid value for status.');
  const { recurrence: _given, ...others } = fields;
  const checked: JsonObject = { ...others, ...checkedTimes(fields, calendarZone, instance), status };
  const properties = checkedExtendedProperties(fields['extendedProperties']);
  const attendees = checkedAttendees(fields['attendees'], organizer);
  delete checked['extendedProperties'];
  delete checked['attendees'];
  if (properties) checked['extendedProperties'] = properties;
  if (attendees) checked['attendees'] = attendees;
  for (const [field, byDefault] of Object.entries(DEFAULTS)) if (checked[field] === byDefault) delete checked[field];
  return checked;
}

export function checkSeries(event: EventResource): void {
  if (event.recurrence && !isExpandable(seriesOf(event))) throw invalid('Invalid recurrence rule.');
}

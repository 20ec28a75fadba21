import ICAL from 'ical.js';
import type { JsonObject } from '../http/json-input';
import { isoDate, isoInstant } from '../events/event-time';
import { compactStamp } from '../recurrence/rule-lines';
import { instantOf } from '../recurrence/zone';
import { zoneNamed } from './windows-zones';

const DAY = 24 * 3_600_000;

export interface ReadEvent {
  uid: string;
  /** For a changed occurrence: its slot. */
  slot?: { moment: number; allDay: boolean };
  input: JsonObject;
}

interface Moment {
  moment: number;
  allDay: boolean;
  zone: string;
}

const value = (component: ICAL.Component, name: string): string | undefined => {
  const found = component.getFirstPropertyValue(name);
  return found === null || found === undefined ? undefined : String(found);
};

function momentOfTime(time: ICAL.Time, tzid: string | undefined, calendarZone: string): Moment {
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  if (Number.isNaN(wall)) throw new Error('a time that is none');
  if (time.isDate) return { moment: wall, allDay: true, zone: calendarZone };
  if (time.zone?.tzid === 'UTC') return { moment: wall, allDay: false, zone: 'UTC' };
  const zone = zoneNamed(tzid);
  if (tzid !== undefined && zone === undefined) throw new Error(`an unknown time zone ${tzid}`);
  return { moment: instantOf(zone ?? calendarZone, wall), allDay: false, zone: zone ?? calendarZone };
}

function moment(component: ICAL.Component, name: string, calendarZone: string): Moment | undefined {
  const property = component.getFirstProperty(name);
  const time = property?.getFirstValue();
  if (!property || !(time instanceof ICAL.Time)) return undefined;
  const tzid = property.getParameter('tzid');
  return momentOfTime(time, Array.isArray(tzid) ? tzid[0] : tzid, calendarZone);
}

const time = ({ moment: at, allDay, zone }: Moment, seriesZone: string): JsonObject =>
  allDay ? { date: isoDate(at) } : { dateTime: isoInstant(at), timeZone: zone === 'UTC' ? seriesZone : zone };

function end(component: ICAL.Component, start: Moment, calendarZone: string): Moment {
  const given = moment(component, 'dtend', calendarZone);
  if (given && given.allDay === start.allDay && given.moment > start.moment) return given;
  const duration = component.getFirstPropertyValue('duration');
  const length = duration instanceof ICAL.Duration ? duration.toSeconds() * 1000 : 0;
  return { ...start, moment: start.moment + (length > 0 ? length : start.allDay ? DAY : 0) };
}

/** EXDATE and RDATE as instants, so that odd zone names don't travel further. */
function dates(component: ICAL.Component, name: 'exdate' | 'rdate', allDay: boolean, calendarZone: string): string[] {
  const stamps = component.getAllProperties(name).flatMap((property) => {
    const tzid = property.getParameter('tzid');
    return property.getValues().flatMap((each) => {
      const at = each instanceof ICAL.Period ? each.start : each;
      if (!(at instanceof ICAL.Time)) return [];
      return [compactStamp(momentOfTime(at, Array.isArray(tzid) ? tzid[0] : tzid, calendarZone).moment, allDay)];
    });
  });
  return stamps.length === 0 ? [] : [`${name.toUpperCase()}${allDay ? ';VALUE=DATE' : ''}:${stamps.join(',')}`];
}

function recurrence(component: ICAL.Component, allDay: boolean, calendarZone: string): string[] {
  const rules = ['rrule', 'exrule'].flatMap((name) =>
    component
      .getAllProperties(name)
      .map(
        (property) =>
          `${name.toUpperCase()}:${String(property.getFirstValue()).replace(/UNTIL=(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})(Z?))?/, (_, y, m, d, h, i, s, z) => `UNTIL=${y}${m}${d}${h === undefined ? '' : `T${h}${i}${s}${z}`}`)}`,
      ),
  );
  return [
    ...rules,
    ...dates(component, 'exdate', allDay, calendarZone),
    ...dates(component, 'rdate', allDay, calendarZone),
  ];
}

const RESPONSES: { readonly [partstat: string]: string } = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
};

const address = (text: string): string =>
  text
    .replace(/^mailto:/i, '')
    .trim()
    .toLowerCase();

function people(component: ICAL.Component): JsonObject {
  const attendees = component.getAllProperties('attendee').flatMap((property) => {
    const email = address(String(property.getFirstValue()));
    if (!email.includes('@')) return [];
    const parameter = (name: string) => {
      const found = property.getParameter(name);
      return Array.isArray(found) ? found[0] : found;
    };
    const name = parameter('cn');
    return [
      {
        email,
        ...(name !== undefined && name !== '' && { displayName: name }),
        responseStatus: RESPONSES[parameter('partstat')?.toUpperCase() ?? ''] ?? 'needsAction',
        ...(parameter('role') === 'OPT-PARTICIPANT' && { optional: true }),
        ...(['ROOM', 'RESOURCE'].includes(parameter('cutype') ?? '') && { resource: true }),
      },
    ];
  });
  const organizer = value(component, 'organizer');
  const email = organizer === undefined ? '' : address(organizer);
  return { ...(attendees.length > 0 && { attendees }), ...(email.includes('@') && { organizer: { email } }) };
}

function conference(component: ICAL.Component): JsonObject {
  const names = [
    'x-google-conference',
    'x-microsoft-skypeteamsmeetingurl',
    'x-microsoft-onlinemeetingconflink',
    'conference',
  ];
  const uri = names.map((name) => value(component, name)).find((each) => each !== undefined && /^https?:/.test(each));
  if (uri === undefined) return {};
  const type = new URL(uri).hostname === 'meet.google.com' ? 'hangoutsMeet' : 'addOn';
  return {
    conferenceData: {
      conferenceSolution: { key: { type }, name: type === 'hangoutsMeet' ? 'Google Meet' : 'Conference' },
      entryPoints: [{ entryPointType: 'video', uri, label: uri.replace(/^https?:\/\//, '') }],
    },
  };
}

function readEvent(component: ICAL.Component, calendarZone: string): ReadEvent {
  const uid = value(component, 'uid');
  const start = moment(component, 'dtstart', calendarZone);
  if (uid === undefined) throw new Error('no UID');
  if (!start) throw new Error('no DTSTART');
  const slot = moment(component, 'recurrence-id', calendarZone);
  const lines = slot ? [] : recurrence(component, start.allDay, calendarZone);
  const html = component.getAllProperties('x-alt-desc').map((property) => String(property.getFirstValue()))[0];
  const [summary, location, url] = ['summary', 'location', 'url'].map((name) => value(component, name));
  const description = html ?? value(component, 'description') ?? url;
  const visibility = value(component, 'class')?.toLowerCase();
  const status = value(component, 'status')?.toLowerCase();
  return {
    uid,
    ...(slot && { slot: { moment: slot.moment, allDay: slot.allDay } }),
    input: {
      iCalUID: uid,
      ...(summary !== undefined && { summary }),
      ...(description !== undefined && { description }),
      ...(location !== undefined && { location }),
      start: time(start, calendarZone),
      end: time(end(component, start, calendarZone), calendarZone),
      ...(lines.length > 0 && { recurrence: lines }),
      status: status === 'tentative' || status === 'cancelled' ? status : 'confirmed',
      ...(value(component, 'transp') === 'TRANSPARENT' && { transparency: 'transparent' }),
      ...((visibility === 'private' || visibility === 'confidential' || visibility === 'public') && { visibility }),
      ...people(component),
      ...conference(component),
    },
  };
}

/** The events of a calendar file. What cannot be read is named and left out. */
export function readEvents(
  text: string,
  defaultZone: string,
): { events: ReadEvent[]; warnings: string[]; zone: string } {
  const events: ReadEvent[] = [];
  const warnings: string[] = [];
  const blocks = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n(?=BEGIN:VEVENT)/i);
  const header = blocks[0] ?? '';
  const zone = zoneNamed(/^X-WR-TIMEZONE(?:;[^:]*)?:(.+)$/im.exec(header)?.[1]?.trim()) ?? defaultZone;
  // One by one, so that a broken entry costs only itself.
  for (const block of blocks.slice(1)) {
    const body = /^BEGIN:VEVENT[\s\S]*?END:VEVENT/i.exec(block)?.[0];
    const name = /^UID(?:;[^:]*)?:(.+)$/im.exec(block)?.[1]?.trim() ?? 'without a UID';
    try {
      if (body === undefined) throw new Error('no end');
      const parsed = new ICAL.Component(ICAL.parse(body) as ConstructorParameters<typeof ICAL.Component>[0]);
      events.push(readEvent(parsed, zone));
    } catch (error) {
      warnings.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { events, warnings, zone };
}

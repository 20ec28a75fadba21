import { invalid, required } from '../http/api-error';
import { isObject, text } from '../http/json-input';
import { compactStamp } from '../recurrence/rule-lines';
import { instantOf, isZone, toOffsetString, wallOf } from '../recurrence/zone';
import type { Series } from '../recurrence/expand';
import type { EventResource, EventTime } from './event';

const DAY = 24 * 3_600_000;
const LOCAL = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export const dateMoment = (date: string): number => Date.parse(`${date}T00:00:00Z`);
export const isoDate = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
export const isoInstant = (moment: number): string => `${new Date(moment).toISOString().slice(0, 19)}Z`;

/** The instant of an RFC 3339 time with an offset, milliseconds ignored; undefined for anything else. */
export function parseInstant(value: string): number | undefined {
  if (!WITH_OFFSET.test(value)) return undefined;
  const moment = Date.parse(value.replace(' ', 'T'));
  return Number.isNaN(moment) ? undefined : Math.floor(moment / 1000) * 1000;
}

/**
 * A time as the API takes it, in the form in which it is kept: `{date}`, or `{dateTime in UTC, timeZone}`.
 * https://developers.google.com/workspace/calendar/api/v3/reference/events#start
 */
export function readTime(value: unknown, field: 'start' | 'end', calendarZone: string): EventTime {
  if (!isObject(value)) throw required(`Missing ${field} time.`);
  const date = text(value['date']);
  const dateTime = text(value['dateTime']);
  const zone = text(value['timeZone']);
  if ((date === undefined) === (dateTime === undefined)) throw invalid(`Invalid ${field} time.`);
  if (date !== undefined) {
    if (!DATE.test(date) || Number.isNaN(dateMoment(date)) || isoDate(dateMoment(date)) !== date) {
      throw invalid(`Invalid ${field} time.`);
    }
    return { date };
  }
  if (zone !== undefined && !isZone(zone)) throw invalid(`Invalid time zone definition for ${field} time.`);
  const timeZone = zone ?? calendarZone;
  const instant = parseInstant(dateTime ?? '');
  if (instant !== undefined) return { dateTime: isoInstant(instant), timeZone };
  const [, day, clock] = LOCAL.exec(dateTime ?? '') ?? [];
  if (day === undefined || clock === undefined) throw invalid(`Invalid ${field} time.`);
  if (zone === undefined) throw required(`Missing time zone definition for ${field} time.`);
  const wall = Date.parse(`${day}T${clock}Z`);
  if (Number.isNaN(wall)) throw invalid(`Invalid ${field} time.`);
  return { dateTime: isoInstant(instantOf(timeZone, wall)), timeZone };
}

/** An instant for a timed value, a UTC midnight for a date. */
export const momentOf = (time: EventTime | undefined): number =>
  time?.date !== undefined ? dateMoment(time.date) : Date.parse(time?.dateTime ?? '1970-01-01T00:00:00Z');

/** The instant at which it begins: dates begin at midnight of the given zone. */
export const instantOfTime = (time: EventTime | undefined, zone: string): number =>
  time?.date !== undefined ? instantOf(zone, dateMoment(time.date)) : momentOf(time);

export const showTime = (time: EventTime, zone: string): EventTime =>
  time.dateTime === undefined ? time : { ...time, dateTime: toOffsetString(zone, Date.parse(time.dateTime)) };

export function seriesOf(master: EventResource): Series {
  const allDay = master.start?.date !== undefined;
  const zone = master.start?.timeZone ?? 'UTC';
  const moment = momentOf(master.start);
  return { lines: master.recurrence ?? [], allDay, zone, wall: allDay ? moment : wallOf(zone, moment) };
}

export const timeAt = (moment: number, like: EventTime | undefined): EventTime =>
  like?.date !== undefined
    ? { date: isoDate(moment) }
    : { dateTime: isoInstant(moment), ...(like?.timeZone !== undefined && { timeZone: like.timeZone }) };

const SPLIT = /_R\d{8}(?:T\d{6})?$/;
const INSTANCE = /^(.+)_(\d{8})(?:T(\d{6})Z)?$/;

/** Instances of a series that was split off carry the id of the series it came from. */
export const instanceBase = (masterId: string): string => masterId.replace(SPLIT, '');

export const instanceId = (masterId: string, slot: number, allDay: boolean): string =>
  `${instanceBase(masterId)}_${compactStamp(slot, allDay)}`;

export function parseInstanceId(id: string): { base: string; slot: number; allDay: boolean } | undefined {
  const [, base, day, clock] = INSTANCE.exec(id) ?? [];
  if (base === undefined || day === undefined) return undefined;
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
  const time = clock === undefined ? '00:00:00' : `${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4, 6)}`;
  const slot = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(slot) ? undefined : { base, slot, allDay: clock === undefined };
}

export const wholeDays = (start: EventTime, end: EventTime): number =>
  Math.max(1, Math.round((momentOf(end) - momentOf(start)) / DAY));

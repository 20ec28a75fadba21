import { Temporal } from 'temporal-polyfill';

const legacyOffset = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?$/i;
const known = new Map<string, string | undefined>();
const mostNames = 2_000;

const identify = (name: string): string | undefined => {
  const offset = legacyOffset.exec(name);
  const candidate = offset ? `${offset[1]}${offset[2]?.padStart(2, '0')}:${offset[3] ?? '00'}` : name;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(candidate).timeZoneId;
  } catch {
    return undefined;
  }
};

/** The name under which a zone can be computed with, or undefined for an unknown one. Takes IANA names, their aliases, and `GMT-07:00`. */
export const zoneNamed = (name: string): string | undefined => {
  if (!known.has(name)) {
    if (known.size >= mostNames) known.clear();
    known.set(name, identify(name.trim()));
  }
  return known.get(name);
};

/** A wall time is counted in milliseconds as if it were UTC, so that days are plain arithmetic. */
export type WallTime = number;

export const millisecondsPerDay = 86_400_000;

const exactOffsetAt = (instant: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;

/** Per zone and day: a key made of both would cost more than looking twice. */
const offsetsAtMidnight = new Map<string, Map<number, number>>();
const mostMidnights = 50_000;
let midnights = 0;

const rememberMidnight = (day: number, zone: string, offset: number): void => {
  if (midnights >= mostMidnights) {
    offsetsAtMidnight.clear();
    midnights = 0;
  }
  const days = offsetsAtMidnight.get(zone) ?? new Map<number, number>();
  offsetsAtMidnight.set(zone, days.set(day, offset));
  midnights += 1;
};

const offsetAtMidnight = (day: number, zone: string): number => {
  let offset = offsetsAtMidnight.get(zone)?.get(day);
  if (offset === undefined) {
    offset = exactOffsetAt(day * millisecondsPerDay, zone);
    rememberMidnight(day, zone, offset);
  }
  return offset;
};

/** The offset around a time, or undefined near a change. No zone changes forth and back within the three days that are looked at. */
const steadyOffset = (near: number, zone: string): number | undefined => {
  const day = Math.floor(near / millisecondsPerDay);
  const before = offsetAtMidnight(day - 1, zone);
  return before === offsetAtMidnight(day + 2, zone) ? before : undefined;
};

/** A time that a zone skips takes the offset before the gap, a repeated one is the first: RFC 5545 §3.3.5, https://www.rfc-editor.org/rfc/rfc5545 */
export const instantOfWall = (wall: WallTime, zone: string): number => {
  const offset = steadyOffset(wall, zone);
  if (offset !== undefined) return wall - offset;
  return Temporal.Instant.fromEpochMilliseconds(wall)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
};

const offsetAt = (instant: number, zone: string): number => steadyOffset(instant, zone) ?? exactOffsetAt(instant, zone);

export const wallOfInstant = (instant: number, zone: string): WallTime => instant + offsetAt(instant, zone);

/** RFC 3339, to the second, with the offset that the zone has then. */
export const formatInstant = (instant: number, zone: string): string => {
  const offset = Math.round(offsetAt(instant, zone) / 60_000);
  const wall = new Date(instant + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${wall}Z`;
  const part = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(offset);
  return `${wall}${offset < 0 ? '-' : '+'}${part(Math.floor(size / 60))}:${part(size % 60)}`;
};

export const formatDate = (wall: WallTime): string => new Date(wall).toISOString().slice(0, 10);

/** Wall times are numbers: the milliseconds that `Date.UTC` gives for what the clock on the wall shows. */

const QUARTER_HOUR = 15 * 60_000;
const DAY = 24 * 3_600_000;

const formatters = new Map<string, Intl.DateTimeFormat | number>();
const offsets = new Map<string, Map<number, number>>();

const FIXED = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?$/;

function formatterOf(zone: string): Intl.DateTimeFormat | number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = fixedOffset(zone) ?? intlFormatter(zone);
    formatters.set(zone, formatter);
  }
  return formatter;
}

function fixedOffset(zone: string): number | undefined {
  const [, sign, hours, minutes] = FIXED.exec(zone) ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
}

function intlFormatter(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** Whether this is an IANA name, an alias of one, or a fixed offset such as `GMT-07:00`. */
export function isZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds east of UTC at an instant. */
export function offsetAt(zone: string, instant: number): number {
  const formatter = formatterOf(zone);
  if (typeof formatter === 'number') return formatter;
  const bucket = Math.floor(instant / QUARTER_HOUR);
  let known = offsets.get(zone);
  if (!known) offsets.set(zone, (known = new Map()));
  let offset = known.get(bucket);
  if (offset === undefined) {
    const at = bucket * QUARTER_HOUR;
    const part: Record<string, string> = {};
    for (const { type, value } of formatter.formatToParts(at)) part[type] = value;
    const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year']);
    const wall = Date.UTC(
      year,
      Number(part['month']) - 1,
      Number(part['day']),
      Number(part['hour']),
      Number(part['minute']),
      Number(part['second']),
    );
    offset = wall - at;
    if (known.size > 200_000) known.clear();
    known.set(bucket, offset);
  }
  return offset;
}

/** What the wall shows in a zone at an instant. */
export const wallOf = (zone: string, instant: number): number => instant + offsetAt(zone, instant);

/**
 * The instant of a wall time. One that exists twice is the first; one inside a gap is read with the offset before it, in
 * effect as much later as the gap is long (RFC 5545, section 3.3.5).
 */
export function instantOf(zone: string, wall: number): number {
  const before = offsetAt(zone, wall - DAY);
  const after = offsetAt(zone, wall + DAY);
  if (before === after && offsetAt(zone, wall - before) === before) return wall - before;
  if (offsetAt(zone, wall - before) === before) return wall - before;
  if (offsetAt(zone, wall - after) === after) return wall - after;
  return wall - before;
}

const two = (n: number) => String(n).padStart(2, '0');

/** RFC 3339 with the zone's own offset, without milliseconds, as Google writes times of events. */
export function toOffsetString(zone: string, instant: number): string {
  const offset = offsetAt(zone, instant);
  const wall = new Date(instant + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${wall}Z`;
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

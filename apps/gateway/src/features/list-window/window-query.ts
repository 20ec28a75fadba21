import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsTimeZone, IsUUID, Max, MaxLength, Min } from 'class-validator';
import { Problem } from '@calendar-sync/service-host';
import { Span } from './window-pages';

const day = 86_400_000;
export const longestWindow = 366 * day;
const defaultWindow = 30 * day;

/** In a query an unescaped `+` arrives as a blank, and a blank can't stand there for anything else. */
const withPlus = ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.replace(/ (\d{2}:\d{2})$/, '+$1') : value;

const asNumber = ({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

export const limitRule = 'must be a whole number from 1 to 500';

export class WindowQuery {
  @ApiPropertyOptional({
    description: 'RFC 3339 with offset, inclusive. Now, when absent.',
    example: '2026-11-23T00:00:00+01:00',
  })
  @Transform(withPlus)
  @IsOptional()
  @IsString({ message: 'must be one RFC 3339 time with offset' })
  from?: string;

  @ApiPropertyOptional({
    description: 'RFC 3339 with offset, exclusive, at most 366 days after `from`. 30 days after `from`, when absent.',
    example: '2026-11-30T00:00:00+01:00',
  })
  @Transform(withPlus)
  @IsOptional()
  @IsString({ message: 'must be one RFC 3339 time with offset' })
  to?: string;

  @ApiPropertyOptional({ description: 'Only of this calendar.', format: 'uuid' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be a UUID' })
  calendarId?: string;

  @ApiPropertyOptional({
    description: 'IANA zone in which all-day entries lie. The zone of each calendar, when absent.',
    example: 'Europe/Zurich',
  })
  @IsOptional()
  @IsTimeZone({ message: 'must be an IANA time zone' })
  timeZone?: string;

  @ApiPropertyOptional({
    description: '`nextPageToken` of the page before; every other parameter but `limit` as it was.',
  })
  @IsOptional()
  @IsString({ message: 'must be one token' })
  @MaxLength(4_000)
  pageToken?: string;

  @ApiPropertyOptional({ description: 'Items of a page.', minimum: 1, maximum: 500, default: 100, type: 'integer' })
  @Transform(asNumber)
  @IsOptional()
  @IsInt({ message: limitRule })
  @Min(1, { message: limitRule })
  @Max(500, { message: limitRule })
  limit?: number;
}

const rfc3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Epoch milliseconds, or undefined for what is no RFC 3339 time with offset: https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
export function instantOfRfc3339(text: string): number | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const day = match[1] ?? '';
  // Date.parse lets 30 February be 2 March.
  const exists = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(exists.getTime()) || exists.toISOString().slice(0, 10) !== day) return undefined;
  const instant = Date.parse(text.toUpperCase());
  return Number.isNaN(instant) ? undefined : instant;
}

/** The window asked for, or a problem that names the parameter. `page` is the window of the page token, if one was given. */
export function windowOf(query: Pick<WindowQuery, 'from' | 'to'>, now: number, page?: Span): Span {
  const from = query.from === undefined ? (page?.from ?? now) : instantParameter('from', query.from);
  const to = query.to === undefined ? (page?.to ?? from + defaultWindow) : instantParameter('to', query.to);
  if (page && (from !== page.from || to !== page.to))
    throw fault('pageToken', 'belongs to another question: keep from and to as they were');
  if (to <= from) throw fault('to', 'must be later than from');
  if (to - from > longestWindow) throw fault('to', 'must be at most 366 days after from');
  return { from, to };
}

function instantParameter(field: 'from' | 'to', text: string): number {
  const instant = instantOfRfc3339(text);
  if (instant === undefined)
    throw fault(field, 'must be an RFC 3339 time with offset, as in 2026-11-23T09:00:00+01:00');
  return instant;
}

const fault = (field: string, detail: string) =>
  new Problem(400, { code: 'invalid-request', detail: `${field}: ${detail}`, errors: [{ field, detail }] });

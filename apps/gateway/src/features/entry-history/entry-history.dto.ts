import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { limitRule } from '../list-window/window-query';

export class HistoryQuery {
  @ApiPropertyOptional({ description: '`nextPageToken` of the page before' })
  @IsOptional()
  @IsString({ message: 'must be one token' })
  @Matches(/^\d{1,18}$/, { message: 'was not given by this API' })
  pageToken?: string;

  @ApiPropertyOptional({ description: 'Items of a page.', minimum: 1, maximum: 500, default: 100, type: 'integer' })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
  )
  @IsOptional()
  @IsInt({ message: limitRule })
  @Min(1, { message: limitRule })
  @Max(500, { message: limitRule })
  limit?: number;
}

export class FieldChangeDto {
  @ApiProperty({ example: 'title', description: 'A field of the entry' })
  field: string;
  @ApiPropertyOptional({ description: 'Absent when it was not there', example: 'Standup' })
  old?: unknown;
  @ApiPropertyOptional({ description: 'Absent when it is no longer there', example: 'Daily' })
  new?: unknown;
  @ApiPropertyOptional({ description: 'The values are too large and were cut' })
  cut?: boolean;
}

@ApiExtraModels(FieldChangeDto)
export class HistoryItemDto {
  @ApiProperty({ enum: ['added', 'changed', 'cancelled'] })
  what: string;
  @ApiProperty({
    description: "One sentence for people; its times are in the calendar's zone",
    example: '“Standup”: moved from Mon 2026-11-23 09:00 to 10:00 (Europe/Zurich).',
  })
  summary: string;
  @ApiProperty({ format: 'date-time', description: 'When we learned of it' })
  learnedAt: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'When it was changed at the provider' })
  providerUpdatedAt?: string;
  @ApiProperty({ description: 'Among all changes of the calendar, gap-free', example: 17 })
  sequence: number;
  @ApiPropertyOptional({
    enum: ['cancelled-at-provider', 'absent-from-full-sync', 'series-cancelled', 'calendar-removed'],
    description: 'Of a cancellation',
  })
  reason?: string;
  @ApiProperty({ type: [FieldChangeDto], description: 'Empty when it was seen for the first time' })
  changes: FieldChangeDto[];
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The whole entry after the change' })
  entry: Record<string, unknown>;
}

export class EntryHistoryDto {
  @ApiProperty({ format: 'uuid' })
  entryId: string;
  @ApiProperty({ format: 'uuid' })
  calendarId: string;
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Of an instance that was never changed by itself: the series whose history this is',
  })
  historyOf?: string;
  @ApiPropertyOptional({
    format: 'uuid',
    description:
      'Of an instance that was cancelled, and that a split gave to another series: that series, on the last page',
  })
  continuedIn?: string;
  @ApiProperty({ type: [HistoryItemDto], description: 'Oldest first' })
  items: HistoryItemDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' })
  nextPageToken?: string;
}

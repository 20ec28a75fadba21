import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class LastSyncDto {
  @ApiProperty({ enum: ['full', 'incremental'] })
  kind: string;
  @ApiProperty({
    example: 'notification',
    description: 'connected, notification, poll, requested, retry, cursor-expired, resumed',
  })
  trigger: string;
  @ApiProperty({ format: 'date-time' })
  startedAt: string;
  @ApiProperty({ format: 'date-time' })
  finishedAt: string;
  @ApiProperty()
  pages: number;
  @ApiProperty()
  items: number;
  @ApiProperty()
  added: number;
  @ApiProperty()
  changed: number;
  @ApiProperty()
  cancelled: number;
  @ApiPropertyOptional({ format: 'date-time', description: 'The push that it answered' })
  notifiedAt?: string;
}

export class SyncProgressDto {
  @ApiProperty({ format: 'uuid' })
  pullId: string;
  @ApiProperty({ enum: ['full', 'incremental'] })
  kind: string;
  @ApiProperty()
  pages: number;
  @ApiProperty()
  items: number;
  @ApiProperty({ format: 'date-time' })
  at: string;
}

export class SyncFailureDto {
  @ApiProperty()
  trigger: string;
  @ApiProperty({ format: 'date-time' })
  failedAt: string;
  @ApiProperty({ example: 'ProviderUnavailable' })
  failure: string;
  @ApiPropertyOptional()
  detail?: string;
  @ApiProperty()
  consecutiveFailures: number;
  @ApiPropertyOptional({ format: 'date-time' })
  nextAttemptAt?: string;
  @ApiProperty({ description: 'No further attempt until somebody replays it' })
  parked: boolean;
}

export class NextPollDto {
  @ApiProperty({ format: 'date-time' })
  at: string;
  @ApiPropertyOptional({ description: 'Why then, in words' })
  reason?: string;
}

export class FreshnessDto {
  @ApiProperty({ format: 'date-time', description: 'The copy holds what the provider held then' })
  asOf: string;
  @ApiProperty({ format: 'date-time' })
  lastSyncedAt: string;
  @ApiProperty({ description: 'Seconds since `asOf`' })
  ageSeconds: number;
}

export class CalendarSyncDto {
  @ApiProperty({ format: 'uuid' })
  calendarId: string;
  @ApiProperty({ format: 'uuid' })
  connectionId: string;
  @ApiPropertyOptional({ description: 'Absent until the calendar itself was heard of' })
  title?: string;
  @ApiProperty({
    enum: ['waiting', 'syncing', 'current', 'failing', 'parked', 'suspended'],
    description: '`suspended`: its owner has to connect the account again; `parked`: no further attempt by itself',
  })
  state: string;
  @ApiPropertyOptional({ type: FreshnessDto, description: 'Absent until the first pull succeeded' })
  freshness?: FreshnessDto;
  @ApiPropertyOptional({ type: SyncProgressDto, description: 'Of a pull of several pages that is under way' })
  progress?: SyncProgressDto;
  @ApiPropertyOptional({ type: LastSyncDto })
  lastSync?: LastSyncDto;
  @ApiPropertyOptional({ type: SyncFailureDto })
  lastFailure?: SyncFailureDto;
  @ApiPropertyOptional({ type: NextPollDto })
  nextPoll?: NextPollDto;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'As monitoring sees it: status, error rate, delays',
  })
  health?: Record<string, unknown>;
}

export class SyncStatusDto {
  @ApiProperty({ type: [CalendarSyncDto] })
  items: CalendarSyncDto[];
}

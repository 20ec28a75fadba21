import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class WatchDto {
  @ApiProperty({
    enum: ['open', 'stopped', 'refused'],
    description: '`open`: the provider pushes changes; otherwise it is polled',
  })
  state: string;
  @ApiProperty({ format: 'date-time' })
  since: string;
  @ApiPropertyOptional({ format: 'date-time' })
  expiresAt?: string;
  @ApiPropertyOptional()
  reason?: string;
}

export class CalendarDto {
  @ApiProperty({ format: 'uuid' })
  calendarId: string;
  @ApiProperty({ format: 'uuid' })
  connectionId: string;
  @ApiProperty({ example: 'ada' })
  userId: string;
  @ApiProperty({ example: 'google' })
  provider: string;
  @ApiProperty({ example: 'ada@example.com' })
  providerCalendarId: string;
  @ApiProperty({ example: 'Ada' })
  title: string;
  @ApiPropertyOptional()
  description?: string;
  @ApiProperty({ description: 'IANA', example: 'Europe/Zurich' })
  timeZone: string;
  @ApiProperty({ example: 'owner' })
  accessRole: string;
  @ApiProperty()
  primary: boolean;
  @ApiProperty({ description: "Hidden in the owner's own list at the provider" })
  hidden: boolean;
  @ApiPropertyOptional({ example: '#9fe1e7' })
  color?: string;
  @ApiPropertyOptional({ type: WatchDto, description: 'Absent until a channel was asked for' })
  watch?: WatchDto;
}

export class CalendarListDto {
  @ApiProperty({ type: [CalendarDto] })
  items: CalendarDto[];
}

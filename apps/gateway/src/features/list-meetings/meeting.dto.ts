import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DialInDto, NatureDto, RankedLinkDto, ReasonDto } from './assessment.dto';
import {
  AllDayDto,
  AttendeeDto,
  PersonDto,
  time,
  TimedDto,
  timeExample,
  type TimeDto,
} from '../list-entries/entry.dto';

export class JoinLinkDto {
  @ApiProperty({ example: 'https://meet.google.com/abc-defg-hij' })
  url: string;
  @ApiProperty({ example: 'google-meet' })
  provider: string;
  @ApiProperty({ enum: ['conferenceData', 'hangoutLink', 'location', 'description'] })
  source: string;
  @ApiPropertyOptional({ description: 'As people type it', example: 'abc-defg-hij' })
  meetingId?: string;
  @ApiPropertyOptional()
  passcode?: string;
}

@ApiExtraModels(TimedDto, AllDayDto)
export class MeetingDto {
  @ApiProperty({
    format: 'uuid',
    description: 'Of an instance its own, the same before and after it is moved or changed',
    example: '9392b310-b35d-5a10-81df-b09f3c3827b8',
  })
  meetingId: string;
  @ApiProperty({ format: 'uuid', description: 'The entry, as in the list of entries' })
  entryId: string;
  @ApiProperty({ format: 'uuid' })
  calendarId: string;
  @ApiPropertyOptional({ format: 'uuid', description: 'The entry of the series that an instance belongs to' })
  seriesId?: string;
  @ApiPropertyOptional({ ...time(), description: 'Where the series has the instance', example: timeExample })
  originalStart?: TimeDto;
  @ApiPropertyOptional({ example: 'Design review' })
  title?: string;
  @ApiProperty({ ...time(), example: timeExample })
  start: TimeDto;
  @ApiProperty({ ...time(), example: { dateTime: '2026-11-23T10:00:00+01:00', timeZone: 'Europe/Zurich' } })
  end: TimeDto;
  @ApiPropertyOptional()
  location?: string;
  @ApiPropertyOptional({ type: PersonDto })
  organizer?: PersonDto;
  @ApiPropertyOptional({ type: [AttendeeDto] })
  attendees?: AttendeeDto[];
  @ApiPropertyOptional({ type: JoinLinkDto, description: 'Absent when there is no way to join from afar' })
  join?: JoinLinkDto;
  @ApiPropertyOptional({ description: '`url` of `join`', example: 'https://meet.google.com/abc-defg-hij' })
  joinUrl?: string;
  @ApiPropertyOptional({ type: [RankedLinkDto], description: 'Every way to join, best first' })
  links?: RankedLinkDto[];
  @ApiPropertyOptional({ type: [DialInDto] })
  dialIns?: DialInDto[];
  @ApiProperty({
    type: [String],
    example: ['join_link_in_description', 'two_or_more_attendees'],
    description: 'Why it is taken for a meeting: stable codes, the weightiest first',
  })
  reasons: string[];
  @ApiPropertyOptional({ type: [ReasonDto], description: 'The same in sentences' })
  why?: ReasonDto[];
  @ApiPropertyOptional({ description: 'How sure it is that this is a meeting, 0 to 1', example: 0.98 })
  confidence?: number;
  @ApiPropertyOptional({
    description: "The same for the same meeting in every attendee's calendar; each instance has its own",
    example: 'abc123@google.com',
  })
  meetingKey?: string;
  @ApiPropertyOptional({ description: 'The same for every meeting that is held in the same room' })
  roomKey?: string;
  @ApiPropertyOptional({ type: NatureDto })
  nature?: NatureDto;
  @ApiProperty({ format: 'date-time', description: 'When the change that made it so was recorded' })
  learnedAt: string;
  @ApiProperty({ description: 'Of that change among all meetings of the calendar', example: 4 })
  sequence: number;
}

export class MeetingListDto {
  @ApiProperty({ type: [MeetingDto] })
  items: MeetingDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' })
  nextPageToken?: string;
}

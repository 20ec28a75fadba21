import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

export class TimedDto {
  @ApiProperty({ description: 'RFC 3339 with offset', example: '2026-11-23T09:00:00+01:00' })
  dateTime: string;
  @ApiPropertyOptional({ description: 'IANA; rules repeat in it', example: 'Europe/Zurich' })
  timeZone?: string;
}

export class AllDayDto {
  @ApiProperty({ description: 'A day without a zone; as an end it is exclusive', example: '2026-11-24' })
  date: string;
}

export type TimeDto = TimedDto | AllDayDto;

/** Schema of a start or an end. */
export const time = () => ({ oneOf: [{ $ref: getSchemaPath(TimedDto) }, { $ref: getSchemaPath(AllDayDto) }] });
export const timeExample = { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Zurich' };

export class PersonDto {
  @ApiPropertyOptional({ example: 'ada@example.com' })
  email?: string;
  @ApiPropertyOptional({ example: 'Ada Lovelace' })
  name?: string;
  @ApiPropertyOptional({ description: 'the owner of this calendar' })
  self?: boolean;
}

export class AttendeeDto {
  @ApiProperty({ example: 'grace@example.com' })
  email: string;
  @ApiPropertyOptional({ example: 'Grace Hopper' })
  name?: string;
  @ApiProperty({ enum: ['needsAction', 'declined', 'tentative', 'accepted'] })
  response: string;
  @ApiProperty()
  optional: boolean;
  @ApiProperty({ description: 'a room or a device' })
  resource: boolean;
  @ApiProperty({ description: 'the owner of this calendar' })
  self: boolean;
  @ApiPropertyOptional()
  organizer?: boolean;
}

export class EntryPointDto {
  @ApiProperty({ enum: ['video', 'phone', 'sip', 'more'] })
  type: string;
  @ApiProperty({ example: 'https://meet.google.com/abc-defg-hij' })
  uri: string;
  @ApiPropertyOptional()
  label?: string;
  @ApiPropertyOptional({ description: 'Of a telephone number: the country, CLDR', example: 'US' })
  regionCode?: string;
  @ApiPropertyOptional()
  pin?: string;
  @ApiPropertyOptional()
  accessCode?: string;
  @ApiPropertyOptional()
  meetingCode?: string;
  @ApiPropertyOptional()
  passcode?: string;
  @ApiPropertyOptional()
  password?: string;
}

export class ConferenceDto {
  @ApiPropertyOptional({ example: 'hangoutsMeet' })
  solution?: string;
  @ApiPropertyOptional({ example: 'Google Meet' })
  name?: string;
  @ApiPropertyOptional()
  conferenceId?: string;
  @ApiPropertyOptional({ enum: ['pending', 'success', 'failure'] })
  status?: string;
  @ApiProperty({ type: [EntryPointDto] })
  entryPoints: EntryPointDto[];
  @ApiPropertyOptional()
  notes?: string;
}

@ApiExtraModels(TimedDto, AllDayDto)
export class EntryDto {
  @ApiProperty({ format: 'uuid', example: '6b8f7f1a-1c2e-5d43-9a55-0d6a4c7c2f10' })
  entryId: string;
  @ApiProperty({ format: 'uuid', example: '4f2b1f0e-53b7-5a0c-8a61-7f6f3b1f2c3d' })
  calendarId: string;
  @ApiProperty({
    description: "The provider's id; of an instance its instance id",
    example: 'standup_20261123T080000Z',
  })
  providerEntryId: string;
  @ApiProperty({ example: 'ada@example.com' })
  providerCalendarId: string;
  @ApiPropertyOptional({ format: 'uuid', description: 'The series that an instance belongs to' })
  seriesId?: string;
  @ApiPropertyOptional({
    ...time(),
    description: 'Where the series has the instance, wherever it was moved',
    example: timeExample,
  })
  originalStart?: TimeDto;
  @ApiProperty({ enum: ['confirmed', 'tentative'] })
  status: string;
  @ApiPropertyOptional({ example: 'Standup' })
  title?: string;
  @ApiPropertyOptional()
  description?: string;
  @ApiPropertyOptional({ example: 'Room 3' })
  location?: string;
  @ApiProperty({ ...time(), example: timeExample })
  start: TimeDto;
  @ApiProperty({ ...time(), example: { dateTime: '2026-11-23T09:15:00+01:00', timeZone: 'Europe/Zurich' } })
  end: TimeDto;
  @ApiPropertyOptional({ type: PersonDto })
  organizer?: PersonDto;
  @ApiPropertyOptional({ type: [AttendeeDto] })
  attendees?: AttendeeDto[];
  @ApiPropertyOptional({ type: ConferenceDto })
  conference?: ConferenceDto;
  @ApiProperty({ enum: ['default', 'public', 'private', 'confidential'] })
  visibility: string;
  @ApiProperty({ description: 'Whether it blocks time' })
  busy: boolean;
  @ApiProperty({
    example: 'default',
    description: 'default, focusTime, outOfOffice, workingLocation, birthday, fromGmail, …',
  })
  kind: string;
  @ApiPropertyOptional({ format: 'date-time' })
  providerUpdatedAt?: string;
  @ApiProperty({ format: 'date-time', description: 'When the change that made it so was recorded here' })
  learnedAt: string;
  @ApiProperty({ description: 'Of that change among all of the calendar, gap-free', example: 17 })
  sequence: number;
}

export class EntryListDto {
  @ApiProperty({ type: [EntryDto] })
  items: EntryDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' })
  nextPageToken?: string;
}

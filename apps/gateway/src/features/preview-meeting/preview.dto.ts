import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DialInDto, NatureDto, RankedLinkDto, ReasonDto } from '../list-meetings/assessment.dto';
import { Place, Text } from './fields';
import { GivenEntryDto } from './given-entry.dto';
import { GoogleEventDto } from './google-event.dto';

/** One of `event` and `entry`; either may also be the whole body. */
export class PreviewRequestDto {
  @Place(() => GoogleEventDto, { description: "An event in Google's shape; what Google may add is passed over" })
  event?: GoogleEventDto;
  @Place(() => GivenEntryDto, { description: 'Or an entry as the list of entries shows it' })
  entry?: GivenEntryDto;
  @Text({
    description: "Of an `event`: Google's id of the calendar that it lies on. Its owner is one of the people",
    example: 'ada@example.com',
  })
  providerCalendarId?: string;
}

export class MeetingPreviewDto {
  @ApiProperty({ description: 'An active meeting that other systems should act on', example: true })
  isMeeting: boolean;
  @ApiProperty({ description: 'How sure the answer is, 0 to 1, whichever it is', example: 0.98 })
  confidence: number;
  @ApiProperty({ type: [ReasonDto], description: 'What speaks for the answer, the weightiest first; at least one' })
  reasons: ReasonDto[];
  @ApiPropertyOptional({
    description: 'This and the next three are of the first link, whether or not it is a meeting',
    example: 'https://meet.google.com/abc-defg-hij',
  })
  joinUrl?: string;
  @ApiPropertyOptional({ example: 'google-meet' })
  provider?: string;
  @ApiPropertyOptional({ example: 'abc-defg-hij' })
  meetingId?: string;
  @ApiPropertyOptional()
  passcode?: string;
  @ApiProperty({ type: [RankedLinkDto], description: 'Every way to join, best first' })
  links: RankedLinkDto[];
  @ApiProperty({ type: [DialInDto] })
  dialIns: DialInDto[];
  @ApiPropertyOptional({ description: "The same for the same meeting in every attendee's calendar" })
  meetingKey?: string;
  @ApiPropertyOptional({ description: 'The same for every meeting that is held in the same room' })
  roomKey?: string;
  @ApiProperty({ type: NatureDto })
  nature: NatureDto;
}

export const previewExamples = {
  event: {
    summary: "Google's shape",
    value: {
      event: {
        status: 'confirmed',
        summary: 'Design review',
        location: 'Zurich, room 4',
        description: 'Join: <a href="https://zoom.us/j/91234567890?pwd=abc">Zoom</a>',
        start: { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Zurich' },
        end: { dateTime: '2026-11-23T10:00:00+01:00', timeZone: 'Europe/Zurich' },
        organizer: { email: 'ada@example.com', self: true },
        attendees: [
          { email: 'ada@example.com', self: true, responseStatus: 'accepted' },
          { email: 'grace@example.com', responseStatus: 'needsAction' },
        ],
        iCalUID: 'abc123@google.com',
      },
    },
  },
  entry: {
    summary: 'An entry of this API',
    value: {
      entry: {
        status: 'confirmed',
        kind: 'default',
        title: 'Design review',
        location: 'https://meet.google.com/abc-defg-hij',
        attendees: [
          { email: 'grace@example.com', response: 'accepted', optional: false, resource: false, self: false },
        ],
      },
    },
  },
};

import { Day, Flag, Moment, Place, Places, Text, Texts } from './fields';
import { ExtendedPropertiesDto, SourceDto } from './given-entry.dto';

class GoogleTimeDto {
  @Day()
  date?: string;
  @Moment()
  dateTime?: string;
  @Text({ example: 'Europe/Zurich' })
  timeZone?: string;
}

class GooglePersonDto {
  @Text({ example: 'grace@example.com' })
  email?: string;
  @Text()
  displayName?: string;
  @Flag({ description: 'the owner of the calendar' })
  self?: boolean;
}

class GoogleAttendeeDto extends GooglePersonDto {
  @Text({ description: 'needsAction, declined, tentative, accepted' })
  responseStatus?: string;
  @Flag()
  optional?: boolean;
  @Flag()
  resource?: boolean;
  @Flag()
  organizer?: boolean;
}

class GoogleSolutionKeyDto {
  @Text({ example: 'hangoutsMeet' })
  type?: string;
}

class GoogleSolutionDto {
  @Place(() => GoogleSolutionKeyDto)
  key?: GoogleSolutionKeyDto;
  @Text()
  name?: string;
}

class GoogleStatusDto {
  @Text({ description: 'pending, success, failure' })
  statusCode?: string;
}

class GoogleCreateRequestDto {
  @Place(() => GoogleSolutionKeyDto)
  conferenceSolutionKey?: GoogleSolutionKeyDto;
  @Place(() => GoogleStatusDto)
  status?: GoogleStatusDto;
}

class GoogleEntryPointDto {
  @Text({ description: 'video, phone, sip, more' })
  entryPointType?: string;
  @Text({ example: 'https://meet.google.com/abc-defg-hij' })
  uri?: string;
  @Text()
  label?: string;
  @Text()
  regionCode?: string;
  @Text()
  pin?: string;
  @Text()
  accessCode?: string;
  @Text()
  meetingCode?: string;
  @Text()
  passcode?: string;
  @Text()
  password?: string;
}

class GoogleConferenceDto {
  @Text()
  conferenceId?: string;
  @Place(() => GoogleSolutionDto)
  conferenceSolution?: GoogleSolutionDto;
  @Place(() => GoogleCreateRequestDto)
  createRequest?: GoogleCreateRequestDto;
  @Places(() => GoogleEntryPointDto)
  entryPoints?: GoogleEntryPointDto[];
  @Text()
  notes?: string;
}

class GoogleAttachmentDto {
  @Text()
  title?: string;
  @Text()
  fileUrl?: string;
}

/** What matters here of an event; the rest is passed over. Source: https://developers.google.com/workspace/calendar/api/v3/reference/events */
export class GoogleEventDto {
  @Text({ description: 'confirmed, tentative, cancelled' })
  status?: string;
  @Text({ description: 'default, focusTime, outOfOffice, workingLocation, birthday, fromGmail, …' })
  eventType?: string;
  @Text()
  summary?: string;
  @Text()
  location?: string;
  @Text({ description: 'Plain text or HTML' })
  description?: string;
  @Place(() => GoogleTimeDto)
  start?: GoogleTimeDto;
  @Place(() => GoogleTimeDto)
  end?: GoogleTimeDto;
  @Text({ description: 'opaque, transparent' })
  transparency?: string;
  @Place(() => GooglePersonDto)
  organizer?: GooglePersonDto;
  @Places(() => GoogleAttendeeDto)
  attendees?: GoogleAttendeeDto[];
  @Flag()
  attendeesOmitted?: boolean;
  @Text()
  hangoutLink?: string;
  @Place(() => GoogleConferenceDto)
  conferenceData?: GoogleConferenceDto;
  @Text()
  iCalUID?: string;
  @Texts({ example: ['RRULE:FREQ=WEEKLY'] })
  recurrence?: string[];
  @Text()
  recurringEventId?: string;
  @Place(() => GoogleTimeDto)
  originalStartTime?: GoogleTimeDto;
  @Places(() => GoogleAttachmentDto)
  attachments?: GoogleAttachmentDto[];
  @Place(() => SourceDto)
  source?: SourceDto;
  @Place(() => ExtendedPropertiesDto)
  extendedProperties?: ExtendedPropertiesDto;
}

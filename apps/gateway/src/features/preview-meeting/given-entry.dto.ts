import { Day, Flag, Moment, Place, Places, Text, Texts, TextsByName, Word } from './fields';

class GivenTimeDto {
  @Day()
  date?: string;
  @Moment()
  dateTime?: string;
  @Text({ example: 'Europe/Zurich' })
  timeZone?: string;
}

class GivenPersonDto {
  @Text({ example: 'grace@example.com' })
  email?: string;
  @Text()
  name?: string;
  @Flag({ description: 'the owner of the calendar' })
  self?: boolean;
}

class GivenAttendeeDto extends GivenPersonDto {
  @Word(['needsAction', 'declined', 'tentative', 'accepted'])
  response?: string;
  @Flag()
  optional?: boolean;
  @Flag({ description: 'a room or a device' })
  resource?: boolean;
  @Flag()
  organizer?: boolean;
}

class GivenEntryPointDto {
  @Text({ description: 'video, phone, sip, more' })
  type?: string;
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

class GivenConferenceDto {
  @Text({ example: 'hangoutsMeet' })
  solution?: string;
  @Text()
  name?: string;
  @Text()
  conferenceId?: string;
  @Word(['pending', 'success', 'failure'])
  status?: string;
  @Places(() => GivenEntryPointDto)
  entryPoints?: GivenEntryPointDto[];
  @Text()
  notes?: string;
}

class GivenAttachmentDto {
  @Text()
  title?: string;
  @Text()
  url?: string;
}

export class SourceDto {
  @Text()
  title?: string;
  @Text()
  url?: string;
}

export class ExtendedPropertiesDto {
  @TextsByName()
  private?: Record<string, string>;
  @TextsByName()
  shared?: Record<string, string>;
}

/** An entry as the list of entries and the topics show it, as far as it matters here; the rest is passed over. */
export class GivenEntryDto {
  @Word(['confirmed', 'tentative', 'cancelled'])
  status?: 'confirmed' | 'tentative' | 'cancelled';
  @Text({ description: 'default, focusTime, outOfOffice, workingLocation, birthday, fromGmail, …' })
  kind?: string;
  @Text({ description: 'Whose calendar it lies on: its owner is one of the people', example: 'ada@example.com' })
  providerCalendarId?: string;
  @Text()
  title?: string;
  @Text()
  location?: string;
  @Text({ description: 'Plain text or HTML' })
  description?: string;
  @Place(() => GivenTimeDto)
  start?: GivenTimeDto;
  @Place(() => GivenTimeDto)
  end?: GivenTimeDto;
  @Flag()
  busy?: boolean;
  @Place(() => GivenPersonDto)
  organizer?: GivenPersonDto;
  @Places(() => GivenAttendeeDto)
  attendees?: GivenAttendeeDto[];
  @Flag()
  attendeesOmitted?: boolean;
  @Text()
  hangoutLink?: string;
  @Place(() => GivenConferenceDto)
  conference?: GivenConferenceDto;
  @Text()
  iCalUid?: string;
  @Texts({ example: ['RRULE:FREQ=WEEKLY'] })
  recurrence?: string[];
  @Text()
  providerSeriesId?: string;
  @Place(() => GivenTimeDto)
  originalStart?: GivenTimeDto;
  @Places(() => GivenAttachmentDto)
  attachments?: GivenAttachmentDto[];
  @Place(() => SourceDto)
  source?: SourceDto;
  @Place(() => ExtendedPropertiesDto)
  extendedProperties?: ExtendedPropertiesDto;
}

import { AssessableEntry, Attendee, Conference, EntryPoint, EntryTime, Person } from './entry';

type Maybe<Value> = Value | null | undefined;

export interface GoogleTime {
  date?: Maybe<string>;
  dateTime?: Maybe<string>;
  timeZone?: Maybe<string>;
}

export interface GooglePerson {
  email?: Maybe<string>;
  displayName?: Maybe<string>;
  self?: Maybe<boolean>;
}

/** An event as Google Calendar v3 gives it, as far as it matters here. Source: https://developers.google.com/workspace/calendar/api/v3/reference/events */
export interface GoogleEvent {
  status?: Maybe<string>;
  eventType?: Maybe<string>;
  summary?: Maybe<string>;
  location?: Maybe<string>;
  description?: Maybe<string>;
  start?: Maybe<GoogleTime>;
  end?: Maybe<GoogleTime>;
  transparency?: Maybe<string>;
  organizer?: Maybe<GooglePerson>;
  attendees?: Maybe<
    (GooglePerson & {
      responseStatus?: Maybe<string>;
      optional?: Maybe<boolean>;
      resource?: Maybe<boolean>;
      organizer?: Maybe<boolean>;
    })[]
  >;
  attendeesOmitted?: Maybe<boolean>;
  hangoutLink?: Maybe<string>;
  conferenceData?: Maybe<{
    conferenceId?: Maybe<string>;
    conferenceSolution?: Maybe<{ key?: Maybe<{ type?: Maybe<string> }>; name?: Maybe<string> }>;
    createRequest?: Maybe<{
      conferenceSolutionKey?: Maybe<{ type?: Maybe<string> }>;
      status?: Maybe<{ statusCode?: Maybe<string> }>;
    }>;
    entryPoints?: Maybe<
      {
        entryPointType?: Maybe<string>;
        uri?: Maybe<string>;
        label?: Maybe<string>;
        regionCode?: Maybe<string>;
        pin?: Maybe<string>;
        accessCode?: Maybe<string>;
        meetingCode?: Maybe<string>;
        passcode?: Maybe<string>;
        password?: Maybe<string>;
      }[]
    >;
    notes?: Maybe<string>;
  }>;
  iCalUID?: Maybe<string>;
  recurrence?: Maybe<string[]>;
  recurringEventId?: Maybe<string>;
  originalStartTime?: Maybe<GoogleTime>;
  attachments?: Maybe<{ title?: Maybe<string>; fileUrl?: Maybe<string> }[]>;
  source?: Maybe<{ title?: Maybe<string>; url?: Maybe<string> }>;
  extendedProperties?: Maybe<{
    private?: Maybe<Record<string, string>>;
    shared?: Maybe<Record<string, string>>;
  }>;
}

/** A field holds what Google never puts there; `field` says which, as a path. */
export class InvalidGoogleEvent extends Error {
  override readonly name = 'InvalidGoogleEvent';
  constructor(
    readonly field: string,
    expected: string,
  ) {
    super(field === '' ? `the event must be ${expected}` : `${field} must be ${expected}`);
  }
}

/** Google's shape in ours. What is missing, null or empty is left out. Throws InvalidGoogleEvent where a field is of another type than Google's. */
export const fromGoogleEvent = (event: GoogleEvent): AssessableEntry => {
  const fields = new Fields(event, '');
  const kind = fields.text('eventType');
  return compact<AssessableEntry>({
    status: statusOf(fields.text('status')),
    kind,
    title: fields.text('summary'),
    location: fields.text('location'),
    description: fields.text('description'),
    start: timeOf(fields.object('start')),
    end: timeOf(fields.object('end')),
    busy: fields.text('transparency') === 'transparent' ? false : undefined,
    organizer: personOf(fields.object('organizer')),
    attendees: fields.list('attendees')?.map(attendeeOf),
    attendeesOmitted: fields.flag('attendeesOmitted') || undefined,
    conference: conferenceOf(fields.object('conferenceData')),
    hangoutLink: fields.text('hangoutLink'),
    iCalUid: fields.text('iCalUID'),
    recurrence: fields.texts('recurrence'),
    providerSeriesId: fields.text('recurringEventId'),
    originalStart: timeOf(fields.object('originalStartTime')),
    attachments: fields.list('attachments')?.flatMap((attachment) => {
      const url = attachment.text('fileUrl');
      return url === undefined
        ? []
        : [compact<{ title?: string; url: string }>({ title: attachment.text('title'), url })];
    }),
    source: sourceOf(fields.object('source')),
    extendedProperties: propertiesOf(fields.object('extendedProperties')),
  });
};

const statusOf = (status: string | undefined): AssessableEntry['status'] =>
  status === 'cancelled' || status === 'tentative' ? status : 'confirmed';

const timeOf = (time: Fields | undefined): EntryTime | undefined => {
  const date = time?.text('date');
  if (date !== undefined) return { date };
  const dateTime = time?.text('dateTime');
  if (dateTime === undefined) return undefined;
  return compact<{ dateTime: string; timeZone?: string }>({ dateTime, timeZone: time?.text('timeZone') });
};

const personOf = (person: Fields | undefined): Person | undefined =>
  person &&
  compact<Person>({
    email: person.text('email'),
    name: person.text('displayName'),
    self: person.flag('self') || undefined,
  });

const attendeeOf = (attendee: Fields): Attendee =>
  compact<Attendee>({
    email: attendee.text('email') ?? '',
    name: attendee.text('displayName'),
    response: attendee.text('responseStatus') ?? 'needsAction',
    optional: attendee.flag('optional'),
    resource: attendee.flag('resource'),
    self: attendee.flag('self'),
    organizer: attendee.flag('organizer') || undefined,
  });

const conferenceOf = (data: Fields | undefined): Conference | undefined => {
  if (!data) return undefined;
  const solution = data.object('conferenceSolution');
  const request = data.object('createRequest');
  return compact<Conference>({
    solution: solution?.object('key')?.text('type') ?? request?.object('conferenceSolutionKey')?.text('type'),
    name: solution?.text('name'),
    conferenceId: data.text('conferenceId'),
    status: request?.object('status')?.text('statusCode'),
    entryPoints: data.list('entryPoints')?.flatMap(entryPointOf) ?? [],
    notes: data.text('notes'),
  });
};

const entryPointOf = (point: Fields): EntryPoint[] => {
  const uri = point.text('uri');
  if (uri === undefined) return [];
  return [
    compact<EntryPoint>({
      type: point.text('entryPointType') ?? 'more',
      uri,
      label: point.text('label'),
      regionCode: point.text('regionCode'),
      pin: point.text('pin'),
      accessCode: point.text('accessCode'),
      meetingCode: point.text('meetingCode'),
      passcode: point.text('passcode'),
      password: point.text('password'),
    }),
  ];
};

const sourceOf = (source: Fields | undefined): AssessableEntry['source'] =>
  source && compact<{ title?: string; url?: string }>({ title: source.text('title'), url: source.text('url') });

const propertiesOf = (properties: Fields | undefined): AssessableEntry['extendedProperties'] =>
  properties &&
  compact<NonNullable<AssessableEntry['extendedProperties']>>({
    private: properties.object('private')?.allTexts(),
    shared: properties.object('shared')?.allTexts(),
  });

/** The fields of an object that came from outside, read with the type that each must have. */
class Fields {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly path: string,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidGoogleEvent(path, 'an object');
    }
    this.values = value as Record<string, unknown>;
  }

  /** Undefined also for an empty one. */
  text(name: string): string | undefined {
    const value = this.values[name] ?? '';
    if (typeof value !== 'string') throw new InvalidGoogleEvent(this.at(name), 'a string');
    return value === '' ? undefined : value;
  }

  flag(name: string): boolean {
    const value = this.values[name] ?? false;
    if (typeof value !== 'boolean') throw new InvalidGoogleEvent(this.at(name), 'true or false');
    return value;
  }

  object(name: string): Fields | undefined {
    const value = this.values[name] ?? undefined;
    return value === undefined ? undefined : new Fields(value, this.at(name));
  }

  /** Undefined also for an empty one. */
  list(name: string): Fields[] | undefined {
    return this.array(name)?.map((item, index) => new Fields(item, `${this.at(name)}[${index}]`));
  }

  texts(name: string): string[] | undefined {
    return this.array(name)?.map((item, index) => {
      if (typeof item !== 'string') throw new InvalidGoogleEvent(`${this.at(name)}[${index}]`, 'a string');
      return item;
    });
  }

  allTexts(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.values).filter((field): field is [string, string] => typeof field[1] === 'string'),
    );
  }

  private array(name: string): unknown[] | undefined {
    const value = this.values[name] ?? [];
    if (!Array.isArray(value)) throw new InvalidGoogleEvent(this.at(name), 'a list');
    return value.length === 0 ? undefined : value;
  }

  private at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

/** Leaves out what is undefined: absent is absent. */
const compact = <Shape extends object>(shape: { [Key in keyof Shape]: Shape[Key] | undefined }): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;

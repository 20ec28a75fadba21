import type { CalendarRecord } from '../calendars/calendar';
import {
  badRequest,
  conditionNotMet,
  deleted,
  duplicate,
  forbiddenForNonOrganizer,
  invalid,
  notFound,
  required,
} from '../http/api-error';
import { isObject, type JsonObject, number, text } from '../http/json-input';
import type { Clock } from '../journal/clock';
import type { Identifiers } from '../journal/identifiers';
import type { Account } from '../oauth/account';
import type { Answers } from './answers';
import type { Conferences } from './conferences';
import { type EventResource, isCancelled, isException, isMaster, type StoredEvent } from './event';
import type { EventBook, Found } from './event-book';
import { instanceId } from './event-time';
import type { Invitations } from './invitations';
import { checkSeries, EVENT_TYPES, normalise, writtenFields } from './normalise-event';
import { hasSlot, occurrenceAt, slotOf } from './occurrences';
import { etagOf } from './render-event';

export interface WriteOptions {
  conferenceDataVersion?: number;
  supportsAttachments?: boolean;
  ifMatch?: string | undefined;
  /** `updated` of what is written, in milliseconds; the clock where absent. */
  at?: number | undefined;
  /** Ids that Google itself makes, such as those of split series. */
  anyId?: boolean;
}

const GIVEN_ID = /^[a-v0-9]{5,1024}$/;

export class EventWrites {
  constructor(
    private readonly book: EventBook,
    private readonly invitations: Invitations,
    private readonly answers: Answers,
    private readonly conferences: Conferences,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  insert(account: Account, calendar: CalendarRecord, input: JsonObject, options: WriteOptions = {}): StoredEvent {
    const given = text(input['id']);
    if (given !== undefined && !options.anyId && !GIVEN_ID.test(given)) throw invalid('Invalid resource id value.');
    if (given !== undefined && this.book.stored(calendar.id, given)) throw duplicate();
    const id = given ?? this.identifiers.base32hex('event', 26);
    return this.create(account, calendar, id, text(input['iCalUID']) ?? `${id}@google.com`, input, options);
  }

  /** An invitation from elsewhere: kept as it is, sent to nobody. Importing the same UID again updates it. */
  import(account: Account, calendar: CalendarRecord, input: JsonObject, options: WriteOptions = {}): StoredEvent {
    const uid = text(input['iCalUID']);
    if (uid === undefined) throw required('Missing iCalUID.');
    const existing = this.book
      .all(calendar.id)
      .find(({ resource }) => resource.iCalUID === uid && !isException(resource));
    if (existing) return this.write(calendar, existing.resource.id, input, 'update', options);
    const id = `_${this.identifiers.base32hex('import', 60)}`;
    return this.create(account, calendar, id, uid, { ...input, eventType: 'default' }, options);
  }

  write(
    calendar: CalendarRecord,
    id: string,
    input: JsonObject,
    mode: 'update' | 'patch',
    options: WriteOptions = {},
  ): StoredEvent {
    const found = this.existing(calendar, id, options.ifMatch);
    const before = found.resource;
    const sequence = number(input['sequence']);
    if (sequence !== undefined && sequence < (before.sequence ?? 0)) {
      throw badRequest(
        'Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Re-fetch the resource and use its sequence number on the following request.',
      );
    }
    if (input['eventType'] !== undefined && input['eventType'] !== (before.eventType ?? 'default')) {
      throw badRequest('Event type cannot be changed.');
    }
    if (text(input['status']) === 'cancelled') return this.cancel(calendar, found, options.at);
    const instance = isException(before);
    const fields = normalise(writtenFields(before, input, mode), calendar.timeZone, before.organizer?.email, instance);
    const organizerCalendar = this.invitations.organizerCopy(calendar.id, before);
    if (organizerCalendar !== undefined && !this.answers.mayChange(calendar.id, before, fields))
      throw forbiddenForNonOrganizer();
    const conference = this.conferences.written(
      before,
      input,
      options.conferenceDataVersion ?? 0,
      calendar.id,
      id,
      mode === 'patch',
    );
    const after = this.assemble(before, fields, conference, input, options);
    if (JSON.stringify(withoutReminders(after)) === JSON.stringify(withoutReminders(before)) && found.stored) {
      return this.book.saveQuietly(calendar.id, { ...found.stored, resource: { ...after, updated: before.updated } });
    }
    const saved = this.keep(calendar, found.stored?.resource ?? before, after, options.at);
    if (organizerCalendar !== undefined) this.answers.carry(calendar.id, organizerCalendar, saved.resource, options.at);
    return saved;
  }

  remove(calendar: CalendarRecord, id: string, options: WriteOptions = {}): StoredEvent {
    const found = this.existing(calendar, id, options.ifMatch);
    if (isCancelled(found.resource)) throw deleted();
    return this.cancel(calendar, found, options.at);
  }

  /** The organizer changes with the calendar. @throws ApiError 400 for a single occurrence */
  move(calendar: CalendarRecord, id: string, destination: CalendarRecord): StoredEvent {
    const { resource, stored } = this.existing(calendar, id, undefined);
    if (!stored || isException(resource)) throw badRequest('Cannot move an instance of a recurring event.');
    if ((resource.eventType ?? 'default') !== 'default') throw badRequest('Only default events can be moved.');
    if (calendar.id === destination.id) throw badRequest('The source and the destination are the same calendar.');
    const there = this.book.stored(destination.id, id);
    if (there && !isCancelled(there.resource)) throw duplicate();
    const organizer = {
      email: destination.id,
      ...(destination.kind !== 'primary' && { displayName: destination.summary }),
    };
    const moved = this.book.save(destination.id, { ...resource, organizer });
    for (const { resource: each, dropped } of this.book.exceptionsOf(calendar.id, id)) {
      this.book.save(destination.id, { ...each, organizer }, { ...(dropped && { dropped }) });
      this.book.forget(calendar.id, each.id);
    }
    this.book.save(calendar.id, { ...resource, status: 'cancelled' });
    this.invitations.spread(destination.id, resource, moved.resource);
    return moved;
  }

  private create(
    account: Account,
    calendar: CalendarRecord,
    id: string,
    iCalUID: string,
    input: JsonObject,
    options: WriteOptions,
  ): StoredEvent {
    const eventType = text(input['eventType']) ?? 'default';
    if (!options.anyId && (!EVENT_TYPES.includes(eventType) || eventType === 'fromGmail')) {
      throw invalid('Invalid value for eventType.');
    }
    const organizer = {
      email: calendar.id,
      displayName: calendar.kind === 'primary' ? account.displayName : calendar.summary,
    };
    const imported = options.anyId || id.startsWith('_') ? input['organizer'] : undefined;
    const fields = normalise(
      writtenFields(undefined, input, 'update'),
      calendar.timeZone,
      isObject(imported) ? text(imported['email']) : calendar.id,
      false,
    );
    const conference = this.conferences.written(
      undefined,
      input,
      options.conferenceDataVersion ?? 0,
      calendar.id,
      id,
      false,
    );
    const created = `${new Date(options.at ?? this.clock.now()).toISOString().slice(0, 19)}.000Z`;
    const base = {
      id,
      created,
      updated: created,
      status: 'confirmed',
      creator: { email: account.email, displayName: account.displayName },
      organizer: isObject(imported) ? imported : organizer,
      iCalUID,
      sequence: number(input['sequence']) ?? 0,
      eventType,
    };
    return this.keep(calendar, undefined, this.assemble(base, fields, conference, input, options, true), options.at);
  }

  private assemble(
    before: EventResource,
    fields: JsonObject,
    conference: object,
    input: JsonObject,
    options: WriteOptions,
    fresh = false,
  ): EventResource {
    const { id, created, updated, creator, organizer, iCalUID, eventType, recurringEventId, originalStartTime } =
      before;
    const attachments =
      options.supportsAttachments && input['attachments'] !== undefined ? input['attachments'] : before['attachments'];
    const timesMoved =
      !fresh &&
      ['start', 'end', 'recurrence'].some((field) => JSON.stringify(fields[field]) !== JSON.stringify(before[field]));
    const event: EventResource = {
      ...fields,
      ...conference,
      id,
      created,
      updated,
      status: text(fields['status']) ?? 'confirmed',
      ...(creator && { creator }),
      ...(organizer && { organizer }),
      ...(iCalUID !== undefined && { iCalUID }),
      eventType: eventType ?? 'default',
      ...(attachments !== undefined && { attachments }),
      ...(recurringEventId !== undefined && { recurringEventId }),
      ...(originalStartTime && { originalStartTime }),
      sequence: Math.max(before.sequence ?? 0, number(fields['sequence']) ?? 0) + (timesMoved ? 1 : 0),
    };
    checkSeries(event);
    return event;
  }

  private existing(calendar: CalendarRecord, id: string, ifMatch: string | undefined): Found {
    const found = this.book.find(calendar.id, id);
    if (!found) throw notFound();
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(found.resource)) throw conditionNotMet();
    return found;
  }

  private keep(
    calendar: CalendarRecord,
    before: EventResource | undefined,
    after: EventResource,
    at: number | undefined,
  ): StoredEvent {
    const saved = this.book.save(calendar.id, after, { at });
    const restored = before !== undefined && isCancelled(before);
    if (isMaster(after) || (before && isMaster(before)))
      this.refitExceptions(calendar.id, saved.resource, restored, at);
    this.invitations.spread(calendar.id, before, saved.resource, at);
    return saved;
  }

  /** Exceptions whose slot is gone become tombstones; one whose slot comes back is an occurrence again; a restored series brings back its own. */
  private refitExceptions(calendarId: string, master: EventResource, restored: boolean, at: number | undefined): void {
    for (const { resource, dropped } of this.book.exceptionsOf(calendarId, master.id)) {
      const allDay = resource.originalStartTime?.date !== undefined;
      const fits = hasSlot(master, slotOf(resource), allDay);
      if (!fits && !isCancelled(resource)) {
        const gone = this.book.save(calendarId, { ...resource, status: 'cancelled' }, { at, dropped: true });
        this.invitations.spread(calendarId, resource, gone.resource, at);
      } else if (fits && dropped) {
        const back = occurrenceAt(master, slotOf(resource));
        const returned = this.book.save(
          calendarId,
          { ...back, id: instanceId(master.id, slotOf(resource), allDay) },
          { at },
        );
        this.invitations.spread(calendarId, resource, returned.resource, at);
      } else if (restored) {
        this.book.save(calendarId, resource, { at, ...(dropped && { dropped }) });
      }
    }
  }

  private cancel(calendar: CalendarRecord, { resource, stored }: Found, at: number | undefined): StoredEvent {
    const organizerCalendar = this.invitations.organizerCopy(calendar.id, resource);
    const gone = this.book.save(
      calendar.id,
      { ...resource, status: 'cancelled' },
      { at, ...(organizerCalendar !== undefined && { removedByGuest: true }) },
    );
    if (organizerCalendar === undefined)
      this.invitations.spread(calendar.id, stored?.resource ?? resource, gone.resource, at);
    else
      this.answers.answer(
        calendar.id,
        organizerCalendar,
        resource.id,
        { email: calendar.id, responseStatus: 'declined' },
        at,
      );
    return gone;
  }
}

const withoutReminders = ({ reminders: _reminders, ...event }: EventResource) => ({
  ...Object.fromEntries(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1))),
});

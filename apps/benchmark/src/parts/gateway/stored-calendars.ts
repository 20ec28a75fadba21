import { randomUUID } from 'node:crypto';
import { encode, type Message, type MessageContract, type Topic } from '@calendar-sync/contracts-envelope';
import { meetingIdOf, meetings, MeetingScheduledV1 } from '@calendar-sync/contracts-meeting-extraction';
import {
  calendarEntries,
  CalendarAddedV1,
  calendars,
  ConnectionEstablishedV1,
  connections,
  EntryAddedV1,
  entryIdOf,
  type EntryV1,
} from '@calendar-sync/contracts-sync';
import { createKafka } from '@calendar-sync/kafka';
import type { Stack } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { Bench } from '../../part';
import { lookInto } from '../../product/product';
import { sampleCalendar, sampleEntry } from '../../product/sample-entries';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ENTRIES_EACH = 100;
const WEEKS = 8;
/** A Monday. */
const FIRST_DAY = Date.UTC(2027, 0, 4);
const OWNERS_AT_ONCE = 10;

/** Weeks that lie in the middle of what every calendar holds. */
export const fullWeeks = Array.from({ length: WEEKS - 2 }, (_, index) => ({
  from: new Date(FIRST_DAY + (index + 1) * 7 * DAY).toISOString(),
  to: new Date(FIRST_DAY + (index + 2) * 7 * DAY).toISOString(),
}));

export const ownerOf = (number: number) => sampleCalendar(number).ownerId;

/**
 * Fills the gateway through its own consumer: each owner has one calendar of 100 entries over eight weeks, of which six are
 * weekly series and two are moved instances of them; every second entry is a meeting.
 */
export async function storeCalendars(bench: Bench, stack: Stack, owners: number): Promise<void> {
  const ignore = () => undefined;
  const kafka = createKafka({
    brokers: [...stack.brokers],
    clientId: 'benchmark',
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  const producer = kafka.producer();
  await producer.connect();
  const teller = new Teller();
  for (let owner = 0; owner < owners; owner += OWNERS_AT_ONCE) {
    for (let each = owner; each < Math.min(owners, owner + OWNERS_AT_ONCE); each += 1) tellOf(each, teller);
    await producer.sendBatch({ topicMessages: teller.take() });
    bench.progress(`${owner * ENTRIES_EACH} entries told`);
  }
  await producer.disconnect();
  const look = lookInto(bench, stack);
  await eventually(
    async () => {
      const [row] = await look<{ applied: number }>(
        'gateway',
        'SELECT coalesce(sum(last_sequence), 0)::float8 AS applied FROM consumer_sequences',
      );
      bench.progress(`${row!.applied} of ${teller.told} messages folded`);
      return row!.applied === teller.told;
    },
    { timeoutMs: 300_000, intervalMs: 500 },
  );
}

function tellOf(number: number, teller: Teller): void {
  const calendar = sampleCalendar(number);
  const zone = 'Europe/Berlin';
  teller.tell(connections, ConnectionEstablishedV1, {
    ownerId: calendar.ownerId,
    connectionId: calendar.connectionId,
    provider: 'google',
    account: `account-${number}`,
    scopes: [],
    connectedAt: '2026-11-01T08:00:00Z',
  });
  teller.tell(calendars, CalendarAddedV1, {
    ...calendar,
    calendar: {
      ...calendar,
      provider: 'google',
      providerCalendarId: `${calendar.ownerId}@example.org`,
      title: 'Work',
      timeZone: zone,
      accessRole: 'owner',
      primary: true,
      hidden: false,
    },
  });
  for (let index = 0; index < ENTRIES_EACH; index += 1) {
    const { entry } = sampleEntry(number * ENTRIES_EACH + index, calendar);
    const told = { ...entry, ...place(calendar.calendarId, index) };
    teller.tell(calendarEntries, EntryAddedV1, { ...calendar, entryId: told.entryId, entry: told });
    if (index % 2 === 0) teller.tell(meetings, MeetingScheduledV1, meetingOf(told, calendar));
  }
}

const SERIES = 6;
const MOVED = 2;

/** The first few are series, the next ones moved instances of the first of them, the rest lies spread over the weeks. */
function place(calendarId: string, index: number): Partial<EntryV1> & Pick<EntryV1, 'entryId'> {
  const named = (providerEntryId: string) => ({ providerEntryId, entryId: entryIdOf(calendarId, providerEntryId) });
  const times = (start: number) => ({
    start: { dateTime: new Date(start).toISOString(), timeZone: 'Europe/Berlin' },
    end: { dateTime: new Date(start + HOUR).toISOString(), timeZone: 'Europe/Berlin' },
  });
  const startOfSeries = (series: number) => FIRST_DAY - 20 * 7 * DAY + (series % 5) * DAY + (8 + series) * HOUR;
  if (index < SERIES) {
    return { ...named(`series${index}`), ...times(startOfSeries(index)), recurrence: ['RRULE:FREQ=WEEKLY'] };
  }
  if (index < SERIES + MOVED) {
    const slot = startOfSeries(0) + (20 + 2 + (index - SERIES)) * 7 * DAY;
    const series = named('series0');
    return {
      ...named(`series0_${new Date(slot).toISOString().replaceAll(/[-:]|\.000/g, '')}`),
      ...times(slot + 2 * HOUR),
      seriesId: series.entryId,
      providerSeriesId: series.providerEntryId,
      originalStart: { dateTime: new Date(slot).toISOString(), timeZone: 'Europe/Berlin' },
    };
  }
  const hour = ((index * 37) % (WEEKS * 5)) * 24 + 8 + (index % 9);
  const weekends = Math.floor(hour / 24 / 5) * 48;
  return { ...named(`single${index}`), ...times(FIRST_DAY + (hour + weekends) * HOUR) };
}

function meetingOf(entry: EntryV1, { ownerId, calendarId }: { ownerId: string; calendarId: string }) {
  const meetingId = meetingIdOf(entry.entryId);
  const { entryId, providerEntryId, seriesId, originalStart, recurrence, title, start, end, location } = entry;
  return {
    ownerId,
    calendarId,
    meetingId,
    meeting: {
      meetingId,
      entryId,
      providerEntryId,
      calendarId,
      ...(seriesId !== undefined && { seriesId }),
      ...(originalStart && { originalStart }),
      ...(recurrence && { recurrence }),
      title,
      start,
      end,
      location,
      organizer: entry.organizer,
      attendees: entry.attendees,
      join: { url: 'https://meet.google.com/abc-defg-hij', provider: 'google-meet', source: 'conferenceData' as const },
      reasons: ['has-attendees', 'has-join-link'],
    },
  };
}

/** Messages as their owners would publish them, numbered without gaps per topic and key. */
class Teller {
  told = 0;
  private readonly sequences = new Map<string, number>();
  private waiting = new Map<string, ReturnType<typeof encode>[]>();

  tell<Contract extends MessageContract>(
    topic: Topic<readonly MessageContract[]>,
    contract: Contract,
    data: NonNullable<Contract['data']>,
  ): void {
    const key = topic.keyOf(data);
    const subject = topic.subjectOf(data);
    const sequence = (this.sequences.get(`${topic.name} ${key}`) ?? 0) + 1;
    this.sequences.set(`${topic.name} ${key}`, sequence);
    const message: Message = {
      id: randomUUID(),
      source: `/calendar-sync/${topic.name.split('.')[0]}`,
      type: contract.type,
      time: '2026-11-20T08:00:00Z',
      key,
      sequence,
      epoch: 1,
      data,
      ...(subject !== undefined && { subject }),
    };
    this.waiting.set(topic.name, [...(this.waiting.get(topic.name) ?? []), encode(topic, message)]);
    this.told += 1;
  }

  take() {
    const topicMessages = [...this.waiting].map(([topic, messages]) => ({ topic, messages }));
    this.waiting = new Map();
    return topicMessages;
  }
}

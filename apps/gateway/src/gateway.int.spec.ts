import { randomUUID } from 'node:crypto';
import {
  MeetingCancelledV1,
  meetingIdOf,
  meetings,
  MeetingScheduledV1,
  type MeetingV1,
} from '@calendar-sync/contracts-meeting-extraction';
import { calendarHealth, CalendarHealthChangedV1 } from '@calendar-sync/contracts-monitoring';
import {
  CalendarAddedV1,
  calendarEntries,
  calendars,
  CalendarSyncedV1,
  calendarSyncs,
  ConnectionEstablishedV1,
  connections,
  ConnectionSuspendedV1,
  EntryAddedV1,
  entryIdOf,
} from '@calendar-sync/contracts-sync';
import { openDatabase, rebuildProjection } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import type { MeetingListDto } from './features/list-meetings/meeting.dto';
import type { SyncStatusDto } from './features/show-sync/sync-status.dto';
import { type Gateway, ownerWithCalendar, startGateway } from './gateway.fixture';
import { readModels } from './projections/read-models';

jest.setTimeout(300_000);

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ database: await startTestDatabase(), kafka: testKafka() });
});
afterAll(() => gateway?.stop());

async function read<Body>(path: string, sub: string): Promise<Body> {
  const { status, body } = await gateway.ask<Body>(path, { token: await gateway.sign({ sub }) });
  expect(status).toBe(200);
  return body;
}
const zurich = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Zurich' });

describe('the meetings of a window', () => {
  it('are shown with their link; a series as its instances, without those that its entry excepts', async () => {
    const owner = ownerWithCalendar();
    const series = owner.entry('weekly', {
      start: zurich('2026-11-23T14:00:00+01:00'),
      end: zurich('2026-11-23T15:00:00+01:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
    });
    const instance = (slot: string, dateTime: string) => ({
      entryId: entryIdOf(owner.calendarId, `weekly_${slot}`),
      providerEntryId: `weekly_${slot}`,
      seriesId: series.entryId,
      originalStart: zurich(dateTime),
    });
    const declined = owner.entry('declined', instance('20261124T130000Z', '2026-11-24T14:00:00+01:00'));
    const moved = owner.entry('moved', {
      ...instance('20261125T130000Z', '2026-11-25T14:00:00+01:00'),
      start: zurich('2026-11-25T16:00:00+01:00'),
      end: zurich('2026-11-25T17:00:00+01:00'),
    });
    for (const entry of [series, declined, moved]) await gateway.tell(calendarEntries, EntryAddedV1, owner.of(entry));

    const join = {
      url: 'https://meet.google.com/abc-defg-hij',
      provider: 'google-meet',
      source: 'conferenceData' as const,
    };
    const meeting = ({
      entryId,
      providerEntryId,
      start,
      end,
      recurrence,
      seriesId,
      originalStart,
    }: typeof series): MeetingV1 => ({
      meetingId: meetingIdOf(entryId),
      entryId,
      providerEntryId,
      calendarId: owner.calendarId,
      start,
      end,
      ...(recurrence && { recurrence }),
      ...(seriesId !== undefined && { seriesId }),
      ...(originalStart && { originalStart }),
      join,
      reasons: ['has-join-link'],
    });
    const about = (one: MeetingV1) => ({
      ownerId: owner.ownerId,
      calendarId: owner.calendarId,
      meetingId: one.meetingId,
    });
    const [whole, one] = [meeting(series), meeting(moved)];
    await gateway.tell(meetings, MeetingScheduledV1, { ...about(whole), meeting: whole });
    await gateway.tell(meetings, MeetingScheduledV1, { ...about(one), meeting: one });

    const path = owner.path('meetings');
    const { items } = await eventually(async () => {
      const answer = await read<MeetingListDto>(path, owner.ownerId);
      expect(answer.items).toHaveLength(3);
      return answer;
    });
    expect(items.map(({ start, join: link }) => ['dateTime' in start && start.dateTime, link?.url])).toEqual([
      ['2026-11-23T14:00:00+01:00', join.url],
      ['2026-11-25T16:00:00+01:00', join.url],
      ['2026-11-26T14:00:00+01:00', join.url],
    ]);
    expect(items[0]).toMatchObject({
      meetingId: meetingIdOf(entryIdOf(owner.calendarId, 'weekly_20261123T130000Z')),
      entryId: entryIdOf(owner.calendarId, 'weekly_20261123T130000Z'),
      seriesId: series.entryId,
      originalStart: zurich('2026-11-23T14:00:00+01:00'),
    });
    expect(items[0]).not.toHaveProperty('recurrence');
    expect(items[0]).not.toHaveProperty('providerEntryId');
    expect(items[1]).toMatchObject({ meetingId: one.meetingId, entryId: moved.entryId });

    const pages: MeetingListDto = await read(`${path}&limit=2`, owner.ownerId);
    const rest: MeetingListDto = await read(`${path}&limit=2&pageToken=${pages.nextPageToken}`, owner.ownerId);
    expect([...pages.items, ...rest.items]).toEqual(items);

    await gateway.tell(meetings, MeetingCancelledV1, {
      ...about(whole),
      entryId: series.entryId,
      reason: 'no-longer-a-meeting',
    });
    await eventually(async () => expect((await read<MeetingListDto>(path, owner.ownerId)).items).toHaveLength(1));
  });
});

it('gives every instance of a series ids of its own, before its entry was heard of and after it went its own way', async () => {
  const owner = ownerWithCalendar();
  const series = owner.entry('daily', { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
  const about = { ownerId: owner.ownerId, calendarId: owner.calendarId };
  const { entryId, providerEntryId, calendarId, start, end, recurrence } = series;
  const whole = { entryId, providerEntryId, calendarId, start, end, recurrence, reasons: ['has-other-attendees'] };
  const meetingId = meetingIdOf(entryId);
  await gateway.tell(meetings, MeetingScheduledV1, { ...about, meetingId, meeting: { ...whole, meetingId } });
  const idsOf = async () => {
    const { items } = await read<MeetingListDto>(owner.path('meetings'), owner.ownerId);
    return items.map(({ meetingId: meeting, entryId: entry }) => ({ meeting, entry }));
  };
  const own = ['20261123', '20261124', '20261125']
    .map((day) => entryIdOf(calendarId, `daily_${day}T080000Z`))
    .map((entry) => ({ meeting: meetingIdOf(entry), entry }));
  await eventually(async () => expect(await idsOf()).toEqual(own));

  const { meeting: exceptionId, entry } = own[1]!;
  const moved = { ...whole, recurrence: undefined, entryId: entry, meetingId: exceptionId, seriesId: entryId };
  await gateway.tell(meetings, MeetingScheduledV1, {
    ...about,
    meetingId: exceptionId,
    meeting: {
      ...moved,
      originalStart: zurich('2026-11-24T09:00:00+01:00'),
      start: zurich('2026-11-24T11:00:00+01:00'),
      end: zurich('2026-11-24T11:30:00+01:00'),
    },
  });
  await eventually(async () => {
    const { items } = await read<MeetingListDto>(owner.path('meetings'), owner.ownerId);
    expect(items.map(({ start: at }) => 'dateTime' in at && at.dateTime.slice(11, 16))).toEqual([
      '09:00',
      '11:00',
      '09:00',
    ]);
  });
  expect(await idsOf()).toEqual(own);
});

describe('the state of the copy', () => {
  it('is shown per calendar: waiting, then as the pulls and monitoring tell, then suspended with its connection', async () => {
    const owner = ownerWithCalendar();
    const path = `/api/v1/calendar/sync/${owner.ownerId}`;
    const status = async (expected: object[]) =>
      eventually(async () => {
        const { items } = await read<SyncStatusDto>(path, owner.ownerId);
        expect(items).toMatchObject(expected);
        expect(items).toHaveLength(expected.length);
      });
    await gateway.tell(connections, ConnectionEstablishedV1, {
      ownerId: owner.ownerId,
      connectionId: owner.connectionId,
      provider: 'google',
      account: '1',
      scopes: [],
      connectedAt: '2026-11-20T08:00:00Z',
    });
    await gateway.tell(calendars, CalendarAddedV1, { ...owner.about, calendar: owner.calendar });
    await status([{ calendarId: owner.calendarId, title: 'Work', state: 'waiting' }]);
    await gateway.tell(calendarSyncs, CalendarSyncedV1, {
      ...owner.about,
      pullId: randomUUID(),
      kind: 'full',
      trigger: 'connected',
      startedAt: '2026-11-20T08:00:00Z',
      finishedAt: '2026-11-20T08:00:05Z',
      pages: 1,
      items: 3,
      added: 3,
      changed: 0,
      cancelled: 0,
      nextPollAt: '2026-11-20T08:30:00Z',
      pollReason: 'pushes arrive: every 30 minutes is enough',
    });
    await gateway.tell(calendarHealth, CalendarHealthChangedV1, {
      ...owner.about,
      status: 'healthy',
      consecutiveFailures: 0,
      errorRate: 0,
    });
    await status([
      {
        state: 'current',
        freshness: { asOf: '2026-11-20T08:00:00.000Z', lastSyncedAt: '2026-11-20T08:00:05.000Z' },
        lastSync: { trigger: 'connected', added: 3 },
        nextPoll: { at: '2026-11-20T08:30:00.000Z', reason: 'pushes arrive: every 30 minutes is enough' },
        health: { status: 'healthy' },
      },
    ]);
    await gateway.tell(connections, ConnectionSuspendedV1, {
      ownerId: owner.ownerId,
      connectionId: owner.connectionId,
      reason: 'access-revoked',
    });
    await status([{ state: 'suspended' }]);
  });
});

describe('the description of the API', () => {
  it('lists every route, each with its answers and its problems', async () => {
    const { body } = await gateway.ask<{
      paths: Record<string, Record<string, { responses: Record<string, unknown>; summary?: string }>>;
    }>('/docs-json');
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const api = '/api/v1/calendar';
    expect(described.sort()).toEqual(
      [
        `POST ${api}/connections`,
        `GET ${api}/connections/{user_id}`,
        `DELETE ${api}/connections/{user_id}`,
        `GET ${api}/operations/{operation_id}`,
        `GET ${api}/calendars/{user_id}`,
        `GET ${api}/entries/{user_id}`,
        `GET ${api}/entries/{user_id}/{entry_id}/history`,
        `GET ${api}/meetings/{user_id}`,
        `POST ${api}/meetings/preview`,
        `POST ${api}/sync/{user_id}`,
        `GET ${api}/sync/{user_id}`,
      ].sort(),
    );
    for (const operation of Object.values(body.paths).flatMap((methods) => Object.values(methods))) {
      expect(operation.summary).toBeTruthy();
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '429']));
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });
});

describe('the limit of requests', () => {
  it('answers 429 with how long to wait, to that subject alone', async () => {
    const limited = await startGateway(
      { database: await startTestDatabase(), kafka: testKafka() },
      { RATE_LIMIT_PER_MINUTE: '2' },
    );
    try {
      const ask = async (sub: string) =>
        limited.ask('/api/v1/calendar/calendars/ada', { token: await limited.sign({ sub }) });
      expect((await ask('ada')).status).toBe(200);
      expect((await ask('ada')).status).toBe(200);
      const { status, headers, body } = await ask('ada');
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({ code: 'too-many-requests' });
      expect((await ask('bob')).status).toBe(404);
      expect((await limited.ask('/health/live')).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});

describe('the read models', () => {
  it('are the same when they are rebuilt from the log', async () => {
    const database = openDatabase({ url: gateway.databaseUrl, applicationName: 'test' });
    try {
      for (const model of readModels) {
        const { comparison, switched } = await rebuildProjection(database, model);
        expect([model.name, comparison]).toEqual([
          model.name,
          expect.objectContaining({ onlyBefore: 0, onlyAfter: 0, different: 0 }),
        ]);
        expect(switched).toBe(true);
      }
      const { rows } = await database.query<{ count: string }>('SELECT count(*) FROM calendar_entries');
      expect(Number(rows[0]?.count)).toBeGreaterThan(0);
    } finally {
      await database.close();
    }
  });
});

it('takes the time from the push to the answer, and none of what no push began or a replay brings again', async () => {
  const owner = ownerWithCalendar();
  const tellOf = (name: string, causedAt?: string) =>
    gateway.tell(
      calendarEntries,
      EntryAddedV1,
      owner.of(owner.entry(name)),
      causedAt === undefined ? {} : { causedAt },
    );
  await tellOf('polled');
  await tellOf('replayed', new Date(Date.now() - 86_400_000).toISOString());
  await tellOf('pushed', new Date(Date.now() - 2_000).toISOString());
  await eventually(async () => {
    const { body } = await gateway.ask<{ text: string }>('/metrics');
    expect(body.text).toContain('push_to_read_seconds_count{service="gateway",stage="entry-readable"} 1\n');
    expect(body.text).toMatch(/push_to_read_seconds_bucket\{le="1",.*stage="entry-readable"\} 0\n/);
  });
});

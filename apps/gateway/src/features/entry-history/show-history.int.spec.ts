import { randomUUID } from 'node:crypto';
import {
  calendarEntries,
  type CancelledEntryV1,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  entryIdOf,
} from '@calendar-sync/contracts-sync';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Gateway, ownerWithCalendar, startGateway } from '../../gateway.fixture';
import type { EntryListDto } from '../list-entries/entry.dto';
import type { EntryHistoryDto } from './entry-history.dto';

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

describe('the history of an entry', () => {
  it('is told in order, with what changed and when we learned of it, to the end', async () => {
    const owner = ownerWithCalendar();
    const entry = owner.entry('standup', { title: 'Standup' });
    const moved = { ...entry, start: zurich('2026-11-23T10:00:00+01:00'), end: zurich('2026-11-23T10:30:00+01:00') };
    const movedFields = [
      { field: 'start', old: entry.start, new: moved.start },
      { field: 'end', old: entry.end, new: moved.end },
    ];
    await gateway.tell(calendarEntries, EntryAddedV1, owner.of(entry), { time: '2026-11-20T08:00:00Z' });
    await gateway.tell(calendarEntries, EntryAddedV1, owner.of(owner.entry('another')));
    await gateway.tell(
      calendarEntries,
      EntryChangedV1,
      { ...owner.of(moved), changed: movedFields },
      { time: '2026-11-20T09:00:00Z' },
    );
    await gateway.tell(
      calendarEntries,
      EntryCancelledV1,
      { ...owner.of({ ...moved, status: 'cancelled' as const }), reason: 'cancelled-at-provider', changed: [] },
      { time: '2026-11-20T10:00:00Z' },
    );
    const path = `/api/v1/calendar/entries/${owner.ownerId}/${entry.entryId}/history`;
    const history = await eventually(async () => {
      const answer = await read<EntryHistoryDto>(path, owner.ownerId);
      expect(answer.items).toHaveLength(3);
      return answer;
    });
    expect(history).toMatchObject({ entryId: entry.entryId, calendarId: owner.calendarId });
    expect(history.items.map(({ what, learnedAt, sequence, summary }) => [what, learnedAt, sequence, summary])).toEqual(
      [
        ['added', '2026-11-20T08:00:00.000Z', 1, '“Standup” appeared: Mon 2026-11-23 09:00–09:30 (Europe/Zurich).'],
        [
          'changed',
          '2026-11-20T09:00:00.000Z',
          3,
          '“Standup”: moved from Mon 2026-11-23 09:00 to 10:00 (Europe/Zurich).',
        ],
        ['cancelled', '2026-11-20T10:00:00.000Z', 4, '“Standup” was cancelled.'],
      ],
    );
    expect(history.items[1]?.changes).toEqual(movedFields);
    const first = await read<EntryHistoryDto>(`${path}?limit=2`, owner.ownerId);
    const second = await read<EntryHistoryDto>(`${path}?limit=2&pageToken=${first.nextPageToken}`, owner.ownerId);
    expect([...first.items, ...second.items]).toEqual(history.items);
    expect(second.nextPageToken).toBeUndefined();

    const stranger = await gateway.sign({ sub: 'stranger' });
    expect((await gateway.ask(path, { token: stranger })).status).toBe(404);
    const asIfHis = `/api/v1/calendar/entries/stranger/${entry.entryId}/history`;
    expect((await gateway.ask(asIfHis, { token: stranger })).status).toBe(404);
  });

  it('says on whatever page it stands that an entry came back', async () => {
    const owner = ownerWithCalendar();
    const entry = owner.entry('lunch', { title: 'Lunch' });
    const cancelled = { ...owner.of({ ...entry, status: 'cancelled' as const }), changed: [] };
    await gateway.tell(calendarEntries, EntryAddedV1, owner.of(entry));
    await gateway.tell(calendarEntries, EntryCancelledV1, { ...cancelled, reason: 'cancelled-at-provider' });
    await gateway.tell(calendarEntries, EntryAddedV1, owner.of(entry));
    const path = `/api/v1/calendar/entries/${owner.ownerId}/${entry.entryId}/history`;
    const { items } = await eventually(async () => {
      const answer = await read<EntryHistoryDto>(path, owner.ownerId);
      expect(answer.items).toHaveLength(3);
      return answer;
    });
    expect(items[2]?.summary).toContain('“Lunch” came back: ');
    const first = await read<EntryHistoryDto>(`${path}?limit=2`, owner.ownerId);
    const rest = await read<EntryHistoryDto>(`${path}?limit=2&pageToken=${first.nextPageToken}`, owner.ownerId);
    expect(rest.items).toEqual([items[2]]);
  });

  it('is what sync tells of it since its database was restored, and not what it had told before as well', async () => {
    const owner = ownerWithCalendar();
    const entry = owner.entry('standup', { title: 'Standup' });
    const renamed = { ...owner.entry('standup', { title: 'Daily' }) };
    const changed = [{ field: 'title', old: 'Standup', new: 'Daily' }];
    const tell = async (epoch: number, hour: number) => {
      await gateway.tell(calendarEntries, EntryAddedV1, owner.of(entry), { epoch, time: `2026-11-20T08:00:00Z` });
      await gateway.tell(
        calendarEntries,
        EntryChangedV1,
        { ...owner.of(renamed), changed },
        { epoch, time: `2026-11-20T${hour}:00:00Z` },
      );
    };
    await tell(1, 10);
    await tell(2, 12);
    const path = `/api/v1/calendar/entries/${owner.ownerId}/${entry.entryId}/history`;
    await eventually(async () => {
      const { items } = await read<EntryHistoryDto>(path, owner.ownerId);
      expect(items.map(({ what, learnedAt }) => [what, learnedAt])).toEqual([
        ['added', '2026-11-20T08:00:00.000Z'],
        ['changed', '2026-11-20T12:00:00.000Z'],
      ]);
    });
  });

  it('of an instance that was cancelled names the series to which a split gave its date, and no other', async () => {
    const owner = ownerWithCalendar();
    const now = Date.now(); // once: midnight may pass between two days
    const day = (offset: number) => new Date(now + offset * 86_400_000).toISOString().slice(0, 10);
    const compact = (date: string) => date.replaceAll('-', '');
    const part = (id: string, from: number, rule: string) =>
      owner.entry(id, {
        start: { date: day(from) },
        end: { date: day(from + 1) },
        recurrence: [`RRULE:FREQ=DAILY${rule}`],
      });
    const first = part('daily', 1, `;UNTIL=${compact(day(9))}`);
    const second = part(`daily_R${compact(day(10))}`, 10, '');
    const [kept, given] = [5, 12].map((offset) => ({
      ...owner.entry(`daily_${compact(day(offset))}`, { start: { date: day(offset) }, end: { date: day(offset + 1) } }),
      seriesId: first.entryId,
      originalStart: { date: day(offset) },
      status: 'cancelled' as const,
    })) as [CancelledEntryV1, CancelledEntryV1];
    for (const series of [first, second]) await gateway.tell(calendarEntries, EntryAddedV1, owner.of(series));
    for (const entry of [kept, given]) {
      await gateway.tell(calendarEntries, EntryCancelledV1, {
        ...owner.of(entry),
        reason: 'cancelled-at-provider',
        changed: [],
      });
    }
    const of = ({ entryId }: { entryId: string }) =>
      read<EntryHistoryDto>(`/api/v1/calendar/entries/${owner.ownerId}/${entryId}/history`, owner.ownerId);
    const told = await eventually(async () => {
      const history = await of(given);
      expect(history).toMatchObject({ continuedIn: second.entryId, items: [{ what: 'cancelled' }] });
      return history;
    });
    expect(told.items[0]?.summary).toMatch(/^The occurrence of .* was cancelled\.$/);
    expect(await of(kept)).not.toHaveProperty('continuedIn');
  });

  it('of an instance without a record of its own is that of its series', async () => {
    const owner = ownerWithCalendar();
    const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const start = { dateTime: `${soon}T09:00:00Z`, timeZone: 'UTC' };
    const end = { dateTime: `${soon}T09:30:00Z`, timeZone: 'UTC' };
    const series = owner.entry('daily', { start, end, recurrence: ['RRULE:FREQ=DAILY'] });
    await gateway.tell(calendarEntries, EntryAddedV1, owner.of(series));
    const instance = entryIdOf(owner.calendarId, `daily_${soon.replaceAll('-', '')}T090000Z`);
    const history = await eventually(() =>
      read<EntryHistoryDto>(`/api/v1/calendar/entries/${owner.ownerId}/${instance}/history`, owner.ownerId),
    );
    expect(history).toMatchObject({ entryId: instance, historyOf: series.entryId, items: [{ what: 'added' }] });
    // One far away is found when it was listed before.
    const [far] = (
      await read<EntryListDto>(owner.path('entries', '2036-01-01T00:00:00Z', '2036-01-02T00:00:00Z'), owner.ownerId)
    ).items;
    expect(
      await read<EntryHistoryDto>(`/api/v1/calendar/entries/${owner.ownerId}/${far?.entryId}/history`, owner.ownerId),
    ).toMatchObject({ historyOf: series.entryId });
    const stranger = await gateway.sign({ sub: 'stranger' });
    expect(
      (await gateway.ask(`/api/v1/calendar/entries/stranger/${far?.entryId}/history`, { token: stranger })).status,
    ).toBe(404);
    const { status } = await gateway.ask(`/api/v1/calendar/entries/${owner.ownerId}/${randomUUID()}/history`, {
      token: await gateway.sign({ sub: owner.ownerId }),
    });
    expect(status).toBe(404);
  });
});

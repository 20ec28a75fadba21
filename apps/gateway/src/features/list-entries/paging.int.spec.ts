import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Message } from '@calendar-sync/contracts-envelope';
import {
  calendarEntries,
  EntryAddedV1,
  EntryCancelledV1,
  EntryChangedV1,
  type EntryV1,
} from '@calendar-sync/contracts-sync';
import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { migrate, ServiceMetrics } from '@calendar-sync/service-host';
import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { ownerWithCalendar, teller } from '../../gateway.fixture';
import { gateway } from '../../gateway.service';
import { ReadModels } from '../keep-read-models/read-models';
import type { WindowQuery } from '../list-window/window-query';
import type { EntryDto, EntryListDto } from './entry.dto';
import { ListEntries } from './list-entries.handler';
import { ListedInstances } from './listed-instances';

jest.setTimeout(300_000);

let server: TestDatabase;
let database: Database;
let entries: ListEntries;
const readModels = new ReadModels();

beforeAll(async () => {
  server = await startTestDatabase();
  await migrate(gateway, { GATEWAY_DATABASE_URL: server.url });
  database = openDatabase({ url: server.url, applicationName: 'test' });
  entries = new ListEntries(database, new ServiceMetrics('test'), new ListedInstances());
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

const window = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const hours = 30 * 24;
const at = (hour: number) => ({ dateTime: new Date(Date.parse(window.from) + hour * 3_600_000).toISOString() });
const times = (hour: number) => ({ start: at(hour), end: at(hour + 1) });

function calendar() {
  const owner = ownerWithCalendar(`owner-${randomUUID()}`, 'UTC');
  const tell = teller((topic, message: Message) =>
    database.transaction((tx) => readModels.flush(tx, [{ ...message, topic: topic.name }])),
  );
  const known = new Map<string, EntryV1>();
  return {
    ownerId: owner.ownerId,
    known,
    async add(entry: EntryV1) {
      known.set(entry.entryId, entry);
      await tell(calendarEntries, EntryAddedV1, owner.of(entry));
    },
    async move(entryId: string, hour: number) {
      const before = known.get(entryId);
      if (before === undefined) return;
      const after = { ...before, ...times(hour) };
      known.set(entryId, after);
      await tell(calendarEntries, EntryChangedV1, {
        ...owner.of(after),
        changed: [
          { field: 'start', old: before.start, new: after.start },
          { field: 'end', old: before.end, new: after.end },
        ],
      });
    },
    async cancel(entryId: string) {
      const before = known.get(entryId);
      if (before === undefined) return;
      known.delete(entryId);
      await tell(calendarEntries, EntryCancelledV1, {
        ...owner.of({ ...before, status: 'cancelled' as const }),
        reason: 'cancelled-at-provider',
        changed: [],
      });
    },
    entry: owner.entry,
  };
}

type Change =
  | { what: 'add'; hour: number }
  | { what: 'move'; which: number; hour: number }
  | { what: 'cancel'; which: number }
  | { what: 'except'; day: number; hour: number };

const hour = fc.integer({ min: -48, max: hours + 48 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ what: fc.constant('add' as const), hour }),
  fc.record({ what: fc.constant('move' as const), which: fc.nat(40), hour }),
  fc.record({ what: fc.constant('cancel' as const), which: fc.nat(40) }),
  fc.record({ what: fc.constant('except' as const), day: fc.integer({ min: 0, max: 29 }), hour }),
);

it('shows nothing twice while entries come, move and go between the pages, and nothing less of what stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(hour, { minLength: 5, maxLength: 25 }),
      fc.integer({ min: 3, max: 12 }),
      fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }),
      async (starts, limit, changesPerPage) => {
        const { ownerId, add, move, cancel, entry, known } = calendar();
        for (const [index, start] of starts.entries()) await add(entry(`single-${index}`, times(start)));
        const series = entry('daily', { ...times(9), recurrence: ['RRULE:FREQ=DAILY'] });
        await add(series);
        const all = await pageThrough(ownerId, 500, []);

        const touched = new Set<string>();
        const made = { count: 0 };
        const apply = async (each: Change) => {
          if (each.what === 'add') return add(entry(`added-${(made.count += 1)}`, times(each.hour)));
          if (each.what === 'except') {
            const originalStart = at(each.day * 24 + 9);
            const slot = originalStart.dateTime.replace(/[-:]|\.000/g, '');
            const exception = entry(`daily_${slot}`, { seriesId: series.entryId, originalStart, ...times(each.hour) });
            touched.add(exception.entryId);
            return known.has(exception.entryId) ? move(exception.entryId, each.hour) : add(exception);
          }
          const singles = [...known.values()].filter(({ recurrence }) => recurrence === undefined);
          const chosen = singles[each.which % Math.max(1, singles.length)];
          if (chosen === undefined) return;
          touched.add(chosen.entryId);
          return each.what === 'move' ? move(chosen.entryId, each.hour) : cancel(chosen.entryId);
        };
        const seen = await pageThrough(
          ownerId,
          limit,
          changesPerPage.map((changes) => async () => {
            for (const each of changes) await apply(each);
          }),
        );
        const ids = seen.map(({ entryId }) => entryId);
        expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
        const stayed = all.map(({ entryId }) => entryId).filter((id) => !touched.has(id));
        expect(stayed.filter((id) => !ids.includes(id))).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});

it('shows the same whether a window is read at once or page by page', async () => {
  const long = fc.constantFrom(0, 1, 30, 71, 73, 200);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ hour, long, allDay: fc.boolean() }), { minLength: 4, maxLength: 12 }),
      fc.array(
        fc.record({ hour: fc.integer({ min: -400, max: 100 }), long, every: fc.constantFrom('DAILY', 'WEEKLY') }),
        {
          maxLength: 3,
        },
      ),
      fc.array(fc.record({ day: fc.integer({ min: -6, max: 31 }), hour, cancelled: fc.boolean() }), { maxLength: 6 }),
      async (singles, rules, exceptions) => {
        const { ownerId, add, cancel, entry, known } = calendar();
        const lasting = (from: number, length: number) => ({ start: at(from), end: at(from + length) });
        const days = (from: number) => ({
          start: { date: at(from).dateTime.slice(0, 10) },
          end: { date: at(from + 24).dateTime.slice(0, 10) },
        });
        for (const [index, each] of singles.entries())
          await add(entry(`single-${index}`, each.allDay ? days(each.hour) : lasting(each.hour, each.long)));
        for (const [index, each] of rules.entries())
          await add(
            entry(`series-${index}`, { ...lasting(each.hour, each.long), recurrence: [`RRULE:FREQ=${each.every}`] }),
          );
        const [series] = [...known.values()].filter(({ recurrence }) => recurrence !== undefined);
        for (const { day, hour: to, cancelled } of series === undefined ? [] : exceptions) {
          const originalStart = at(day * 24 + (rules[0]!.hour % 24));
          const slot = originalStart.dateTime.replace(/[-:]|\.000/g, '');
          const exception = entry(`series-0_${slot}`, { seriesId: series!.entryId, originalStart, ...times(to) });
          if (known.has(exception.entryId)) continue;
          await add(exception);
          if (cancelled) await cancel(exception.entryId);
        }
        expect(await pageThrough(ownerId, 500, [])).toEqual(await pageThrough(ownerId, 1, []));
      },
    ),
    { numRuns: 12 },
  );
});

it('leaves out an instance that was moved away, also where it began long before the window and lasts into it', async () => {
  const { ownerId, add, entry } = calendar();
  const series = entry('fair', { start: at(-144), end: at(56), recurrence: ['RRULE:FREQ=MONTHLY'] });
  await add(series);
  const starts = async () =>
    (await pageThrough(ownerId, 100, [])).map(({ start }) => 'dateTime' in start && Date.parse(start.dateTime));
  const began = Date.parse(at(-144).dateTime);
  expect(await starts()).toContain(began);
  const slot = at(-144).dateTime.replace(/[-:]|\.000/g, '');
  await add(entry(`fair_${slot}`, { seriesId: series.entryId, originalStart: at(-144), ...times(-100) }));
  expect(await starts()).not.toContain(began);
});

const pageOf = async (ownerId: string, query: WindowQuery) =>
  JSON.parse(await entries.handle(ownerId, query, 0)) as EntryListDto;

async function pageThrough(
  ownerId: string,
  limit: number,
  between: readonly (() => Promise<void>)[],
): Promise<EntryDto[]> {
  const seen: EntryDto[] = [];
  let pageToken: string | undefined;
  for (let page = 0; ; page += 1) {
    const { items, nextPageToken } = await pageOf(ownerId, {
      ...window,
      limit,
      ...(pageToken !== undefined && { pageToken }),
    });
    expect(items.length).toBeLessThanOrEqual(limit);
    seen.push(...items);
    if (nextPageToken === undefined) return seen;
    pageToken = nextPageToken;
    await between[page]?.();
  }
}

it('refuses a page token for another question, and one that was changed', async () => {
  const { ownerId, add, entry } = calendar();
  for (let index = 0; index < 3; index += 1) await add(entry(`${index}`, times(index)));
  const { nextPageToken } = await pageOf(ownerId, { ...window, limit: 1 });
  const pageToken = nextPageToken ?? '';
  await expect(entries.handle('somebody-else', { ...window, pageToken }, 0)).rejects.toMatchObject({
    document: { status: 400 },
  });
  await expect(entries.handle(ownerId, { ...window, timeZone: 'Europe/Paris', pageToken }, 0)).rejects.toMatchObject({
    document: { status: 400 },
  });
  await expect(
    entries.handle(ownerId, { from: window.from, to: '2026-11-30T00:00:00Z', pageToken }, 0),
  ).rejects.toMatchObject({ document: { status: 400 } });
  const [version, question, from, to, start, id] = JSON.parse(
    Buffer.from(pageToken, 'base64url').toString(),
  ) as unknown[];
  for (const seen of ['9:8:', '5:9:7,6', 'x', "1:2:'; DROP TABLE events"]) {
    const forged = Buffer.from(JSON.stringify([version, question, from, to, start, id, seen])).toString('base64url');
    await expect(entries.handle(ownerId, { ...window, pageToken: forged }, 0)).rejects.toMatchObject({
      document: { status: 400 },
    });
  }
  expect((await pageOf(ownerId, { pageToken, limit: 5 })).items).toHaveLength(2);
});

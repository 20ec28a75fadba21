import { startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { applyProjection } from './apply-projection';
import type { Database, Transaction } from './database';
import { openEventStore } from './event-store.fixture';
import { projection } from './projection';
import { createTableSql } from './projection-table';
import { receivedMessage, type ReceivedMessage, readSubject, recordReceived } from './received';
import { messageFromLog } from './rebuild';
import { cleared, left, type Seat, seatMessages, type SeatMessages, seats, taken } from './seats.fixture';
import { readStream } from './streams';

let test_: TestDatabase;
let db: Database;

beforeEach(async () => {
  test_ = await startTestDatabase();
  db = await openEventStore(test_.url);
  await db.transaction(async (tx) => {
    for (const statement of createTableSql(seats)) await tx.query(statement);
  });
});
afterEach(async () => {
  await db.close();
  await test_.drop();
});

const receive = (messages: ReceivedMessage[], apply = true) =>
  db.transaction(async (tx) => {
    const recorded = await recordReceived(tx, messages);
    const applied = apply ? await applyProjection(tx, seats, messages) : undefined;
    return { recorded, applied };
  });
const table = async (name = 'seats') =>
  (await db.query<Seat>(`SELECT * FROM ${name} ORDER BY room, seat`)).rows.map(({ room, seat, owner_id, moves }) => ({
    room,
    seat,
    owner_id,
    moves,
  }));
describe('messages kept in the own log', () => {
  test('are given back as they came, and are found by what they are about', async () => {
    const messages = seatMessages('a', 1, taken('a', 1), left('a', 1)).map((message) => ({
      ...message,
      correlationId: 'c-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }));
    await receive(messages);
    const recorded = await readSubject(db, 'a', { ownerId: 'ada' });
    expect(recorded.map(receivedMessage)).toEqual(messages);
    expect(recorded.map(messageFromLog)).toEqual(messages);
    expect(await readSubject(db, 'a', { ownerId: 'eve' })).toEqual([]);
    expect((await readStream(db, '/calendar-sync/rooms/rooms.seats.v1/1/a')).map(({ version }) => version)).toEqual([
      1, 2,
    ]);
  });

  test('are kept once, and never published', async () => {
    const messages = seatMessages('a', 1, taken('a', 1), left('a', 1));
    expect((await receive(messages)).recorded).toBe(2);
    expect((await receive([...messages, ...seatMessages('a', 3, taken('a', 1))])).recorded).toBe(1);
    const { rows } = await db.query<{ count: string }>('SELECT count(*) FROM events WHERE topic IS NOT NULL');
    expect(rows[0]!.count).toBe('0');
  });

  test('keep the sequence that they came with, also where it has holes', async () => {
    await receive(seatMessages('a', 5, taken('a', 1)));
    await receive(seatMessages('a', 9, left('a', 1)));
    expect((await readSubject(db, 'a')).map(({ version }) => version)).toEqual([5, 9]);
  });
});

describe('a projection', () => {
  test('is applied in batches: rows are added, changed and removed as the fold says', async () => {
    expect(
      (await receive(seatMessages('a', 1, taken('a', 1), taken('a', 2), taken('a', 3), left('a', 3)))).applied,
    ).toEqual({
      written: 3,
      removed: 0,
    });
    expect((await receive(seatMessages('a', 5, taken('a', 2, 'eve'), cleared('a', 1, 7)))).applied).toEqual({
      written: 1,
      removed: 1,
    });
    expect(await table()).toEqual([
      { room: 'a', seat: 2, owner_id: 'eve', moves: 2 },
      { room: 'a', seat: 3, owner_id: 'ada', moves: 2 },
    ]);
  });

  test('gives its folds rows as JSON has them: instants as text, nothing for null', async () => {
    const found: (Seat | undefined)[] = [];
    const watching = projection<Seat, SeatMessages>({
      ...seats,
      key: ['room', 'seat'],
      columns: {
        room: 'text',
        seat: 'integer',
        owner_id: 'text',
        taken_at: 'timestamptz',
        tags: 'jsonb',
        moves: 'integer',
      },
      rowId: (message) => ('seat' in message.data ? { room: message.data.room, seat: message.data.seat } : undefined),
      on: {
        'SeatLeft.v1': (row) => {
          found.push(row);
          return undefined;
        },
      },
    });
    await receive(seatMessages('a', 1, taken('a', 1), taken('a', 2), left('a', 2)));
    await db.transaction((tx) => applyProjection(tx, watching, seatMessages('a', 3, left('a', 1), left('a', 2))));
    expect(found).toEqual([
      { room: 'a', seat: 1, owner_id: 'ada', taken_at: '2026-01-05T09:00:00.000Z', tags: ['window'], moves: 1 },
      { room: 'a', seat: 2, owner_id: 'ada', tags: ['window'], moves: 2 },
    ]);
  });

  test('writes thousands of rows in one batch', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => taken('a', index));
    expect((await receive(seatMessages('a', 1, ...many))).applied).toEqual({ written: 5_000, removed: 0 });
    expect(await table()).toHaveLength(5_000);
  });

  test('whose rows are fed from several keys is folded in turns', async () => {
    const meeting = { ...seats, keysMeet: true };
    const add = (tx: Transaction, sequence: number) =>
      applyProjection(tx, meeting, seatMessages('a', sequence, taken('a', 1)));
    await Promise.all(Array.from({ length: 8 }, (_, index) => db.transaction((tx) => add(tx, index + 1))));
    expect(await table()).toMatchObject([{ moves: 8 }]);
  });

  test('keeps what is folded for a column of text as that very text, and the columns beside it by their types', async () => {
    interface Note {
      id: string;
      at: string;
      length: number;
      tags?: string[];
      shown?: object;
    }
    const notes = projection<Note, { NoteTaken: { shown: object } }>({
      name: 'notes',
      columns: { id: 'text', at: 'timestamptz', length: 'bigint', tags: 'jsonb', shown: 'json' },
      key: 'id',
      rowId: ({ key }) => key,
      on: {
        NoteTaken: (_row, { key, time, data }) => ({
          ...{ id: key, at: time, length: 2 ** 40, tags: ['b', 'a "quoted" one'], shown: data.shown },
        }),
      },
    });
    const shown = { z: 'two\nlines, "quoted", 10 €, \\u0041', a: [1, { c: null }], half: 'a\0b' };
    const message = { ...seatMessages('a', 1, taken('a', 1))[0]!, type: 'NoteTaken', data: { shown } };
    await db.transaction(async (tx) => {
      for (const statement of createTableSql(notes)) await tx.query(statement);
      await applyProjection(tx, notes, [message]);
    });
    const { rows } = await db.query('SELECT id, at, length, tags, shown::text FROM notes');
    expect(rows).toEqual([
      {
        ...{ id: 'a', at: new Date(message.time), length: String(2 ** 40), tags: ['b', 'a "quoted" one'] },
        shown: JSON.stringify({ ...shown, half: 'a\uFFFDb' }),
      },
    ]);
  });
});

import { eventually, startTestDatabase, type TestDatabase } from '@calendar-sync/test-infrastructure';
import { appendToStreams } from './append';
import { applyProjection } from './apply-projection';
import type { Database } from './database';
import { isSettled, openEventStore } from './event-store.fixture';
import { projection } from './projection';
import { createTableSql } from './projection-table';
import { type ReceivedMessage, recordReceived } from './received';
import { messageFromLog, rebuildProjection, type RebuildProgress } from './rebuild';
import { cleared, left, type Seat, seatMessages, type SeatMessages, seats, taken } from './seats.fixture';

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
const shapeOf = async (name: string) =>
  (
    await db.query<{ name: string }>(
      `SELECT indexname AS name FROM pg_indexes WHERE tablename = $1 UNION ALL
       SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY 1`,
      [name],
    )
  ).rows.map((row) => row.name);

describe('a rebuild', () => {
  const fill = async () => {
    await receive(seatMessages('a', 1, taken('a', 1), taken('a', 2), taken('a', 3), left('a', 3)));
    await receive(seatMessages('b', 1, taken('b', 1), cleared('b', 1), taken('b', 2, 'bob')));
    await eventually(() => isSettled(db));
  };

  test('gives the same table again, under the same names, and says that nothing differs', async () => {
    await fill();
    const [rows, shape] = [await table(), await shapeOf('seats')];
    const progress: RebuildProgress[] = [];
    const rebuilt = await rebuildProjection(db, seats, { batchSize: 2, onProgress: (one) => progress.push(one) });
    expect(rebuilt).toEqual({
      messages: 7,
      switched: true,
      comparison: { rows: { before: 4, after: 4 }, onlyBefore: 0, onlyAfter: 0, different: 0, examples: [] },
    });
    expect(await table()).toEqual(rows);
    expect(await shapeOf('seats')).toEqual(shape);
    expect(await shapeOf('seats__rebuild')).toEqual([]);
    expect(progress.at(-1)).toMatchObject({ phase: 'switching', messages: 7 });
    expect((await db.query('SELECT * FROM projection_rebuilds')).rows).toEqual([]);
  });

  test('repairs what the old table had wrong, and names the rows', async () => {
    await fill();
    await db.query(`DELETE FROM seats WHERE room = 'a' AND seat = 1`);
    await db.query(`UPDATE seats SET owner_id = 'mallory' WHERE room = 'a' AND seat = 2`);
    await db.query(`INSERT INTO seats (room, seat, owner_id, moves) VALUES ('ghost', 1, 'nobody', 1)`);
    const { comparison } = await rebuildProjection(db, seats);
    expect(comparison).toMatchObject({ rows: { before: 4, after: 4 }, onlyBefore: 1, onlyAfter: 1, different: 1 });
    expect(comparison!.examples).toHaveLength(3);
    expect(comparison!.examples).toEqual(
      expect.arrayContaining([
        { room: 'a', seat: 1 },
        { room: 'a', seat: 2 },
        { room: 'ghost', seat: 1 },
      ]),
    );
    expect(await table()).toContainEqual({ room: 'a', seat: 1, owner_id: 'ada', moves: 1 });
  });

  test('that is not accepted leaves the old table, and the new one beside it', async () => {
    await fill();
    await db.query(`DELETE FROM seats WHERE room = 'a'`);
    const rebuilt = await rebuildProjection(db, seats, { accept: ({ onlyAfter }) => onlyAfter === 0 });
    expect(rebuilt.switched).toBe(false);
    expect(await table()).toHaveLength(1);
    expect(await table('seats__rebuild')).toHaveLength(4);
    expect((await rebuildProjection(db, seats)).switched).toBe(true);
    expect(await table()).toHaveLength(4);
  });

  test('makes a table that is missing', async () => {
    await fill();
    await db.query('DROP TABLE seats');
    expect(await rebuildProjection(db, seats)).toEqual({ messages: 7, switched: true });
    expect(await table()).toHaveLength(4);
  });

  test('gives the table a new shape', async () => {
    await fill();
    const wider = projection<Seat & { label: string }, Pick<SeatMessages, 'SeatTaken.v1'>>({
      ...seats,
      key: ['room', 'seat'],
      columns: {
        room: 'text',
        seat: 'integer',
        owner_id: 'text',
        taken_at: 'timestamptz',
        tags: 'jsonb',
        moves: 'integer',
        label: 'text',
      },
      rowId: ({ data: { room, seat } }) => ({ room, seat }),
      on: {
        'SeatTaken.v1': (_row, { data: { room, seat, owner } }) => ({
          room,
          seat,
          owner_id: owner,
          moves: 1,
          label: `${room}${seat}`,
        }),
      },
    });
    await rebuildProjection(db, wider);
    expect((await db.query(`SELECT label FROM seats ORDER BY label`)).rows).toEqual([
      { label: 'a1' },
      { label: 'a2' },
      { label: 'a3' },
      { label: 'b1' },
      { label: 'b2' },
    ]);
  });

  test('goes on where a run was cut short', async () => {
    await fill();
    const cutShort = rebuildProjection(db, seats, {
      batchSize: 2,
      onProgress: ({ messages }) => {
        if (messages === 4) throw new Error('killed');
      },
    });
    await expect(cutShort).rejects.toThrow('killed');
    const seen: number[] = [];
    const rebuilt = await rebuildProjection(db, seats, {
      batchSize: 2,
      onProgress: ({ messages }) => seen.push(messages),
    });
    expect(seen[0]).toBe(6);
    expect(rebuilt).toMatchObject({ messages: 7, comparison: { onlyBefore: 0, onlyAfter: 0, different: 0 } });
  });

  test('begins again when what was left was made by other folds, or when that is asked for', async () => {
    await fill();
    const other = { ...seats, fingerprint: 'of another release' };
    const stop = () => {
      throw new Error('killed');
    };
    await expect(rebuildProjection(db, other, { batchSize: 2, onProgress: stop })).rejects.toThrow('killed');
    const seen: number[] = [];
    const note = ({ messages }: RebuildProgress) => {
      seen.push(messages);
      stop();
    };
    await expect(rebuildProjection(db, seats, { batchSize: 2, onProgress: note })).rejects.toThrow('killed');
    await expect(rebuildProjection(db, seats, { batchSize: 2, onProgress: note, restart: true })).rejects.toThrow(
      'killed',
    );
    expect(seen).toEqual([2, 2]);
    expect((await rebuildProjection(db, seats)).comparison).toMatchObject({
      onlyBefore: 0,
      onlyAfter: 0,
      different: 0,
    });
  });

  test('loses nothing that is received while it runs and switches', async () => {
    let receiving = true;
    const writer = async (room: string) => {
      let sequence = 1;
      for (; receiving; sequence += 2)
        await receive(seatMessages(room, sequence, taken(room, sequence), left(room, sequence)));
      return (sequence - 1) / 2;
    };
    const writers = ['a', 'b', 'c'].map(writer);
    try {
      for (let round = 0; round < 3; round += 1) {
        const { comparison } = await rebuildProjection(db, seats, { batchSize: 20 });
        expect(comparison).toMatchObject({ onlyBefore: 0, onlyAfter: 0, different: 0 });
      }
    } finally {
      receiving = false;
    }
    const counts = await Promise.all(writers);
    expect(await table()).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
    expect((await rebuildProjection(db, seats)).comparison).toMatchObject({
      onlyBefore: 0,
      onlyAfter: 0,
      different: 0,
    });
  });

  test('folds the own events of a service as it is told', async () => {
    const totals = projection<{ name: string; total: number }, { Counted: { name: string } }>({
      name: 'totals',
      columns: { name: 'text', total: 'integer' },
      key: 'name',
      rowId: ({ data }) => data.name,
      on: { Counted: (row, { data }) => ({ name: data.name, total: (row?.total ?? 0) + 1 }) },
    });
    await db.transaction((tx) =>
      appendToStreams(tx, [
        {
          streamId: 's',
          expectedVersion: 0,
          events: [
            { type: 'CountedOld', data: { name: 'x' } },
            { type: 'Counted', data: { name: 'x' } },
          ],
        },
      ]),
    );
    await rebuildProjection(db, totals);
    expect((await db.query('SELECT * FROM totals')).rows).toEqual([{ name: 'x', total: 1 }]);
    await rebuildProjection(db, totals, { fromLog: (event) => ({ ...messageFromLog(event), type: 'Counted' }) });
    expect((await db.query('SELECT * FROM totals')).rows).toEqual([{ name: 'x', total: 2 }]);
  });
});

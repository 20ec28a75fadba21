import { givenRow, rowsAfter } from './given-row';
import { projection } from './projection';
import { baseType, createTableSql, indexName } from './projection-table';
import type { ReadMessage } from './received';
import { cleared, left, type Seat, seats, taken } from './seats.fixture';

const seat: Seat = {
  room: 'a',
  seat: 1,
  owner_id: 'ada',
  taken_at: '2026-01-05T09:00:00.000Z',
  tags: ['window'],
  moves: 1,
};

test('a read model is described by its row, a message and the row that follows', () => {
  const { taken_at: _absent, ...empty } = seat;
  givenRow(seats).whenMessage(taken('a', 1)).thenRow(seat);
  givenRow(seats, seat)
    .whenMessage(left('a', 1))
    .thenRow({ ...empty, moves: 2 });
  givenRow(seats, seat)
    .whenMessage(cleared('a', 1, 2))
    .thenNoRow();
  givenRow(seats, seat).whenMessage({ type: 'SomethingElse.v1', data: {} }).thenUnchanged();
  givenRow(seats).whenMessage(left('a', 9)).thenUnchanged();
});

test('a row that came out otherwise is shown line by line', () => {
  expect(() =>
    givenRow(seats)
      .whenMessage(taken('a', 1))
      .thenRow({ ...seat, owner_id: 'bob' }),
  ).toThrow("-     owner_id: 'bob'");
  expect(() =>
    givenRow(seats, seat)
      .whenMessage(taken('a', 1, 'eve'))
      .thenUnchanged(),
  ).toThrow("+     owner_id: 'eve'");
  expect(() =>
    givenRow(seats, seat)
      .whenMessage(taken('a', 1, 'eve'))
      .thenNoRow(),
  ).toThrow('Folded otherwise');
});

test('messages are folded in their order, each on what the ones before it made', () => {
  expect(rowsAfter(seats, taken('a', 1), taken('b', 1), left('a', 1), cleared('b', 1), taken('a', 1, 'eve'))).toEqual([
    { ...seat, owner_id: 'eve', moves: 3 },
  ]);
});

test('a row id that lacks a column of the key is a mistake', () => {
  const lacking = projection<Seat>({
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
    rowId: () => 'a',
    on: {
      'SeatTaken.v1': (_row, message: ReadMessage<'SeatTaken.v1', { owner: string }>) => ({
        ...seat,
        owner_id: message.data.owner,
      }),
    },
  });
  expect(() => rowsAfter(lacking, taken('a', 1))).toThrow('seats: a row id lacks seat');
});

test('the type of a column is what stands before its constraints', () => {
  expect(baseType('text NOT NULL')).toBe('text');
  expect(baseType('numeric(6, 5) DEFAULT 0 CHECK (x < 1)')).toBe('numeric(6, 5)');
  expect(baseType('timestamp with time zone not null')).toBe('timestamp with time zone');
  expect(baseType('text[]')).toBe('text[]');
});

test('names that Postgres would cut stay different', () => {
  const [one, two] = ['x', 'y'].map((end) =>
    indexName('calendar_monitoring_results', `(a_rather_long_column_name, another_column_${end})`),
  );
  expect(one!.length).toBeLessThanOrEqual(63);
  expect(one).not.toBe(two);
});

test('the same read model under another name has its own names for key and indexes', () => {
  const names = (sql: string[]) => sql.join(' ').match(/"seats[a-z_]*"/g);
  expect(names(createTableSql(seats, 'seats__rebuild'))).not.toContain('"seats"');
  expect(new Set(names(createTableSql(seats)))).toEqual(
    new Set([
      '"seats"',
      '"seats_pkey"',
      '"seats_owner_id_taken_at_idx"',
      '"seats_taken_at_where_taken_at_is_not_null_idx"',
    ]),
  );
});

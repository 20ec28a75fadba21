import { projection, removed } from './projection';
import type { ReceivedMessage } from './received';

export interface Seat {
  room: string;
  seat: number;
  owner_id: string;
  taken_at?: string;
  tags?: string[];
  moves: number;
}

export interface SeatMessages {
  'SeatTaken.v1': { room: string; seat: number; owner: string; at: string; tags?: string[] };
  'SeatLeft.v1': { room: string; seat: number };
  'RoomCleared.v1': { room: string; seats: number[] };
}

/** A read model with a composite key, for tests. */
export const seats = projection<Seat, SeatMessages>({
  name: 'seats',
  columns: {
    room: 'text',
    seat: 'integer',
    owner_id: 'text NOT NULL',
    taken_at: 'timestamptz',
    tags: 'jsonb',
    moves: 'integer NOT NULL DEFAULT 0 CHECK (moves > 0)',
  },
  key: ['room', 'seat'],
  indexes: ['(owner_id, taken_at)', '(taken_at) WHERE taken_at IS NOT NULL'],
  rowId: (message) =>
    message.type === 'RoomCleared.v1'
      ? message.data.seats.map((seat) => ({ room: message.data.room, seat }))
      : { room: message.data.room, seat: message.data.seat },
  on: {
    'SeatTaken.v1': (row, { data }) => ({
      room: data.room,
      seat: data.seat,
      owner_id: data.owner,
      taken_at: data.at,
      ...(data.tags && { tags: data.tags }),
      moves: (row?.moves ?? 0) + 1,
    }),
    'SeatLeft.v1': (row) => {
      if (row === undefined) return undefined;
      const { taken_at: _gone, ...rest } = row;
      return { ...rest, moves: row.moves + 1 };
    },
    'RoomCleared.v1': () => removed,
  },
});

/** Messages of one key, numbered from a sequence on. */
export function seatMessages<Type extends keyof SeatMessages>(
  room: string,
  first: number,
  ...messages: { type: Type; data: SeatMessages[Type] }[]
): ReceivedMessage[] {
  return messages.map((message, index) => ({
    ...message,
    id: `00000000-0000-4000-8000-${`${room.codePointAt(0)}${first + index}`.padStart(12, '0')}`,
    source: '/calendar-sync/rooms',
    topic: 'rooms.seats.v1',
    time: '2026-01-05T09:00:00.000Z',
    key: room,
    sequence: first + index,
    epoch: 1,
    ownerId: 'ada',
    subject: room,
  }));
}

export const taken = (room: string, seat: number, owner = 'ada', at = '2026-01-05T09:00:00.000Z') => ({
  type: 'SeatTaken.v1' as const,
  data: { room, seat, owner, at, tags: ['window'] },
});
export const left = (room: string, seat: number) => ({ type: 'SeatLeft.v1' as const, data: { room, seat } });
export const cleared = (room: string, ...list: number[]) => ({
  type: 'RoomCleared.v1' as const,
  data: { room, seats: list },
});

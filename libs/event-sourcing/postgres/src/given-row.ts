import { difference } from '@calendar-sync/event-sourcing-core';
import { foldMessages, idText, type Projection } from './projection';
import type { ReadMessage } from './received';

/** The least that a test has to say of a message; the rest has values that no fold should care for. */
export type MessageInTest = Pick<ReadMessage, 'type' | 'data'> & Partial<ReadMessage>;

/** Everything that a fold makes of these messages, from an empty table. */
export function rowsAfter<Row extends object>(model: Projection<Row>, ...messages: MessageInTest[]): Row[] {
  return [...foldMessages(model, messages.map(messageInTest)).values()].flatMap(({ row }) =>
    row === undefined ? [] : [row],
  );
}

/** `givenRow(model, row).whenMessage(message).thenRow(expected)`; without a row the table is empty. Throws an Error that shows the difference. */
export function givenRow<Row extends object>(model: Projection<Row>, row?: Row) {
  return {
    whenMessage(...messages: MessageInTest[]) {
      const rows = new Map(
        row === undefined ? [] : [[idText(model.key, row), { id: row, row, stored: true, changed: false }]],
      );
      const folded = [...foldMessages<Row>(model, messages.map(messageInTest), rows).values()];
      const compare = (expected: Row[], found: Row[]) => {
        const shown = difference(expected, found);
        if (shown !== undefined) throw new Error(`Folded otherwise (- expected, + folded):\n${shown}`);
      };
      const present = folded.flatMap((one) => (one.row === undefined ? [] : [one.row]));
      return {
        thenRow: (...expected: Row[]) => compare(expected, present),
        thenNoRow: () => compare([], present),
        thenUnchanged() {
          const changed = folded.filter((one) => one.changed);
          if (changed.length > 0)
            compare(
              row === undefined ? [] : [row],
              changed.flatMap((one) => one.row ?? []),
            );
        },
      };
    },
  };
}

let made = 0;

const messageInTest = (message: MessageInTest): ReadMessage => ({
  id: `00000000-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`,
  source: '/test',
  time: '2026-01-01T00:00:00.000Z',
  key: 'key',
  sequence: 1,
  epoch: 1,
  ...message,
});

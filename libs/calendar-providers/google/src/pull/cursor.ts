import { createHash } from 'node:crypto';
import { CursorExpired } from '@calendar-sync/calendar-providers-port';

/** A cursor is Google's sync token with a print of the query it came from: with another query its answers are undefined. Source: https://developers.google.com/workspace/calendar/api/guides/sync */
export const cursorOf = (query: object, syncToken: string) => `${printOf(query)}.${syncToken}`;

/** Throws CursorExpired for the cursor of another query. */
export function syncTokenOf(query: object, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const print = `${printOf(query)}.`;
  if (!cursor.startsWith(print)) throw new CursorExpired('the cursor belongs to another query');
  return cursor.slice(print.length);
}

const printOf = (query: object) => createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 8);

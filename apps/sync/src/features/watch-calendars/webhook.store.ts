import { randomUUID } from 'node:crypto';
import type { Queryable, Transaction } from '@calendar-sync/event-sourcing-postgres';

export interface Channel {
  channelId: string;
  calendarId: string;
  ownerId: string;
  connectionId: string;
  resourceId: string | undefined;
  expired: boolean;
  /** Until it should be replaced, in milliseconds; not above 0 when it is time. */
  renewInMs: number;
}

interface ChannelRow {
  channel_id: string;
  calendar_id: string;
  owner_id: string;
  connection_id: string;
  resource_id: string | null;
  expired: boolean | null;
  renew_in_ms: number | null;
}

const COLUMNS = `channel_id, calendar_id, owner_id, connection_id, resource_id, expires_at <= now() AS expired,
  (extract(epoch FROM renew_at - now()) * 1000)::double precision AS renew_in_ms`;

const channelOf = (row: ChannelRow): Channel => ({
  channelId: row.channel_id,
  calendarId: row.calendar_id,
  ownerId: row.owner_id,
  connectionId: row.connection_id,
  resourceId: row.resource_id ?? undefined,
  expired: row.expired ?? false,
  renewInMs: row.renew_in_ms ?? 0,
});

export async function liveChannel(db: Queryable, calendarId: string): Promise<Channel | undefined> {
  const { rows } = await db.query<ChannelRow>(
    `SELECT ${COLUMNS} FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'live'`,
    [calendarId],
  );
  return rows[0] && channelOf(rows[0]);
}

/** Known before Google is asked: its first push may come before Google's answer does. Its life is counted from `openedAt`, by the clock of the database. */
export async function noteOpening(
  db: Queryable,
  of: { calendarId: string; ownerId: string; connectionId: string },
): Promise<{ channelId: string; openedAt: Date }> {
  const channelId = randomUUID();
  const { rows } = await db.query<{ requested_at: Date }>(
    `INSERT INTO calendar_webhooks (channel_id, calendar_id, owner_id, connection_id, state) VALUES ($1, $2, $3, $4, 'opening')
     RETURNING requested_at`,
    [channelId, of.calendarId, of.ownerId, of.connectionId],
  );
  return { channelId, openedAt: rows[0]!.requested_at };
}

export async function noteFailed(db: Queryable, channelId: string, failure: string): Promise<void> {
  await db.query(
    `UPDATE calendar_webhooks SET state = 'failed', failure = $2 WHERE channel_id = $1 AND state = 'opening'`,
    [channelId, failure],
  );
}

/** Openings of which no answer came: they may live at Google. Those whose first push told the resource id can be stopped. */
export async function takeLostOpenings(tx: Queryable, calendarId: string, olderThanMs: number): Promise<Channel[]> {
  const { rows } = await tx.query<ChannelRow>(
    `UPDATE calendar_webhooks SET state = 'failed', failure = 'the answer was lost'
     WHERE calendar_id = $1 AND state = 'opening' AND requested_at < now() - $2 * interval '1 millisecond'
     RETURNING ${COLUMNS}`,
    [calendarId, olderThanMs],
  );
  return rows.map(channelOf);
}

export async function hasOpenings(db: Queryable, calendarId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    "SELECT FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'opening' LIMIT 1",
    [calendarId],
  );
  return rowCount > 0;
}

/** False: its opening was given up, so that somebody may have stopped it. Locks it. */
export async function isOpening(tx: Transaction, channelId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "SELECT FROM calendar_webhooks WHERE channel_id = $1 AND state = 'opening' FOR UPDATE",
    [channelId],
  );
  return rowCount > 0;
}

/** The new channel takes the place of the one that lived, if any: exactly one is live at any time. Gives the replaced one. */
export async function noteOpened(
  tx: Transaction,
  opened: { channelId: string; calendarId: string; resourceId: string; expiresAt: Date; renewAt: Date; openedAt: Date },
): Promise<Channel | undefined> {
  const { rows } = await tx.query<ChannelRow>(
    `UPDATE calendar_webhooks SET state = 'retiring' WHERE calendar_id = $1 AND state = 'live' RETURNING ${COLUMNS}`,
    [opened.calendarId],
  );
  await tx.query(
    `UPDATE calendar_webhooks SET state = 'live', resource_id = $2, expires_at = $3, renew_at = $4, opened_at = $5, failure = NULL
     WHERE channel_id = $1`,
    [opened.channelId, opened.resourceId, opened.expiresAt, opened.renewAt, opened.openedAt],
  );
  return rows[0] && channelOf(rows[0]);
}

/** Opened for a calendar that was let go meanwhile: only to be stopped. */
export async function noteUnwanted(tx: Queryable, channelId: string, resourceId: string): Promise<Channel[]> {
  const { rows } = await tx.query<ChannelRow>(
    `UPDATE calendar_webhooks SET state = 'retiring', resource_id = $2 WHERE channel_id = $1 RETURNING ${COLUMNS}`,
    [channelId, resourceId],
  );
  return rows.map(channelOf);
}

export async function noteStopped(
  tx: Queryable,
  channelId: string,
  reason: string,
  failure?: string,
): Promise<Channel | undefined> {
  const { rows } = await tx.query<ChannelRow>(
    `UPDATE calendar_webhooks SET state = 'stopped', stopped_at = now(), stop_reason = $2, failure = coalesce($3, failure)
     WHERE channel_id = $1 AND state <> 'stopped' RETURNING ${COLUMNS}`,
    [channelId, reason, failure ?? null],
  );
  return rows[0] && channelOf(rows[0]);
}

/** Every channel of a connection that may live at Google. */
export async function channelsOf(db: Queryable, connectionId: string): Promise<Channel[]> {
  const { rows } = await db.query<ChannelRow>(
    `SELECT ${COLUMNS} FROM calendar_webhooks
     WHERE connection_id = $1 AND state IN ('opening', 'live', 'retiring') ORDER BY channel_id`,
    [connectionId],
  );
  return rows.map(channelOf);
}

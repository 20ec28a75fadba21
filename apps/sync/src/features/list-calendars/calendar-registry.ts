import type { ProviderCalendar } from '@calendar-sync/calendar-providers-port';
import { calendarIdOf } from '@calendar-sync/contracts-sync';
import type { Transaction } from '@calendar-sync/event-sourcing-postgres';
import { compareListing, type KnownCalendar, type ListedCalendar } from '../../domain/calendar-list';
import type { StreamOfEvents } from '../../publishing/record';
import type { CalendarEvent } from '../../publishing/sync-events';
import { failWaiting } from '../pull-changes/failed-notifications';
import { cancelJobs, enqueueJobs } from '../run-jobs/job-queue';

export interface ListingConnection {
  connectionId: string;
  ownerId: string;
  provider: string;
  account: string;
}

export interface Listing {
  calendars: ProviderCalendar[];
  removed: string[];
  full: boolean;
}

interface CalendarRow {
  calendar_id: string;
  connection_id: string;
  provider_calendar_id: string;
  title: string;
  description: string | null;
  time_zone: string;
  access_role: string;
  is_primary: boolean;
  hidden: boolean;
  color: string | null;
  status: string;
  resting: boolean;
}

/** Where the caller opens the watches itself, their own jobs wait for so long: those are the ones that can't be forgotten. */
export const WATCH_FALLBACK_MS = 15_000;

/** Takes a listing in: new calendars are pulled from the beginning and watched, removed ones stop. The connection is locked by the caller. */
export async function applyListing(
  tx: Transaction,
  connection: ListingConnection,
  listing: Listing,
  watchDelayMs = 0,
): Promise<{ added: string[]; streams: StreamOfEvents[] }> {
  const known = await knownCalendars(tx, connection);
  const decisions = compareListing(listing, known, connection.connectionId);
  const streams: StreamOfEvents[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  const stream = (calendarId: string, event: CalendarEvent) =>
    streams.push({ streamId: `calendar-${calendarId}`, ownerId: connection.ownerId, events: [event] });
  const { ownerId, connectionId } = connection;

  for (const decision of decisions) {
    if (decision.kind === 'removed') {
      removed.push(decision.calendarId);
      continue;
    }
    const { calendar } = decision;
    const calendarId = idOf(connection, calendar);
    await saveCalendar(tx, connection, calendarId, calendar);
    const data = { ownerId, connectionId, calendarId, calendar: described(connection, calendarId, calendar) };
    if (decision.kind === 'changed')
      stream(calendarId, { type: 'CalendarChanged', data: { ...data, changed: decision.changed } });
    else {
      added.push(calendarId);
      stream(calendarId, { type: 'CalendarAdded', data });
    }
  }
  await startSyncing(tx, connection, added, watchDelayMs);
  streams.push(...(await removeCalendars(tx, removed, 'gone-at-provider')));
  return { added, streams };
}

/** Every calendar of the account that we ever had, through whichever connection. */
async function knownCalendars(tx: Transaction, connection: ListingConnection): Promise<KnownCalendar[]> {
  const { rows } = await tx.query<CalendarRow>(
    `SELECT *, coalesce(rests_until > now(), false) AS resting FROM calendars WHERE owner_id = $1 AND provider = $2 AND account = $3 ORDER BY calendar_id FOR UPDATE`,
    [connection.ownerId, connection.provider, connection.account],
  );
  return rows.map((row) => ({
    calendarId: row.calendar_id,
    connectionId: row.connection_id,
    active: row.status === 'active',
    resting: row.resting,
    listed: {
      providerCalendarId: row.provider_calendar_id,
      title: row.title,
      ...(row.description === null ? {} : { description: row.description }),
      timeZone: row.time_zone,
      accessRole: row.access_role,
      primary: row.is_primary,
      hidden: row.hidden,
      ...(row.color === null ? {} : { color: row.color }),
    },
  }));
}

async function saveCalendar(tx: Transaction, of: ListingConnection, calendarId: string, calendar: ListedCalendar) {
  await tx.query(
    `INSERT INTO calendars (calendar_id, owner_id, connection_id, provider, account, provider_calendar_id, title, description,
       time_zone, access_role, is_primary, hidden, color, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'active')
     ON CONFLICT (calendar_id) DO UPDATE SET connection_id = excluded.connection_id, title = excluded.title,
       description = excluded.description, time_zone = excluded.time_zone, access_role = excluded.access_role,
       is_primary = excluded.is_primary, hidden = excluded.hidden, color = excluded.color, status = 'active', removed_at = NULL,
       rests_until = NULL`,
    [
      calendarId,
      of.ownerId,
      of.connectionId,
      of.provider,
      of.account,
      calendar.providerCalendarId,
      calendar.title,
      calendar.description ?? null,
      calendar.timeZone,
      calendar.accessRole,
      calendar.primary,
      calendar.hidden,
      calendar.color ?? null,
    ],
  );
}

/** A calendar that was here before goes on where it was, after a full listing that tells what it missed. */
async function startSyncing(
  tx: Transaction,
  connection: ListingConnection,
  calendarIds: readonly string[],
  watchDelayMs: number,
) {
  if (calendarIds.length === 0) return;
  await tx.query(
    `INSERT INTO calendar_sync_states AS s (calendar_id, owner_id, connection_id, dirty_seq, pending_trigger, due_at)
     SELECT calendar_id, $2, $3::uuid, 1, 'connected', now() FROM unnest($1::uuid[]) AS n (calendar_id) ORDER BY calendar_id
     ON CONFLICT (calendar_id) DO UPDATE SET connection_id = excluded.connection_id, active = true, mode = 'polling',
       dirty_seq = s.dirty_seq + 1, full_requested_seq = s.dirty_seq + 1, pending_trigger = 'resumed', due_at = now(),
       blocked_until = NULL, consecutive_failures = 0, lease_until = NULL, fencing_token = s.fencing_token + 1`,
    [calendarIds, connection.ownerId, connection.connectionId],
  );
  await enqueueJobs(
    tx,
    calendarIds.map((calendarId) => watchJob(connection, calendarId, watchDelayMs)),
  );
}

export const watchJob = (
  { ownerId, connectionId }: { ownerId: string; connectionId: string },
  calendarId: string,
  delayMs = 0,
) => ({ kind: 'keep-watch' as const, subject: calendarId, ownerId, connectionId, delayMs });

/** A suspended connection got a new grant, or an active one another: its calendars go on from their cursors. */
export async function resumeCalendars(tx: Transaction, connection: ListingConnection): Promise<string[]> {
  const { rows } = await tx.query<{ calendar_id: string }>(
    `WITH resumed AS (
       SELECT s.calendar_id FROM calendar_sync_states AS s JOIN calendars AS c USING (calendar_id)
       WHERE c.connection_id = $1 AND c.status = 'active' ORDER BY s.calendar_id FOR UPDATE OF s
     )
     UPDATE calendar_sync_states AS s SET active = true, dirty_seq = s.dirty_seq + 1, pending_trigger = 'resumed', due_at = now(),
       blocked_until = NULL, consecutive_failures = 0
     FROM resumed WHERE s.calendar_id = resumed.calendar_id RETURNING s.calendar_id`,
    [connection.connectionId],
  );
  const calendarIds = rows.map(({ calendar_id }) => calendar_id);
  await tx.query('UPDATE calendars SET rests_until = NULL WHERE connection_id = $1', [connection.connectionId]);
  // Whether channels outlive their grant is documented nowhere.
  await tx.query(
    "UPDATE calendar_webhooks SET renew_at = now() WHERE calendar_id = ANY ($1::uuid[]) AND state = 'live'",
    [calendarIds],
  );
  await enqueueJobs(
    tx,
    calendarIds.map((calendarId) => watchJob(connection, calendarId, WATCH_FALLBACK_MS)),
  );
  return calendarIds;
}

/**
 * The calendars are gone or let go: nothing of them is pulled or watched any more. Their entries stay as they are; readers hide
 * them with the one CalendarRemoved instead of following thousands of cancellations. One that was refused though it may
 * still be on the list rests: for a day, then for two, up to thirty.
 */
export async function removeCalendars(
  tx: Transaction,
  calendarIds: readonly string[],
  reason: 'gone-at-provider' | 'disconnected',
  { refused = false } = {},
): Promise<StreamOfEvents[]> {
  if (calendarIds.length === 0) return [];
  const { rows } = await tx.query<{ calendar_id: string; owner_id: string; connection_id: string }>(
    `UPDATE calendars SET status = 'removed', removed_at = now(), refusals = CASE WHEN $2 THEN refusals + 1 ELSE 0 END,
       rests_until = CASE WHEN $2 THEN now() + least(30, 2 ^ least(refusals, 5)) * interval '1 day' END
     WHERE calendar_id = ANY ($1::uuid[]) AND status = 'active' RETURNING calendar_id, owner_id, connection_id`,
    [calendarIds, refused],
  );
  const ids = rows.map(({ calendar_id }) => calendar_id);
  const waiting = await failWaiting(tx, ids, { code: 'CalendarRemoved', detail: 'the calendar was removed' });
  await stopSyncing(tx, ids);
  await cancelJobs(tx, ['keep-watch'], { subjects: ids });
  if (reason === 'gone-at-provider') await retireChannels(tx, ids);
  return [
    ...rows.map((row): StreamOfEvents => ({
      streamId: `calendar-${row.calendar_id}`,
      ownerId: row.owner_id,
      events: [
        {
          type: 'CalendarRemoved',
          data: { ownerId: row.owner_id, connectionId: row.connection_id, calendarId: row.calendar_id, reason },
        },
      ],
    })),
    ...waiting,
  ];
}

/** Whoever pulls them notices by the token. */
export async function stopSyncing(tx: Transaction, calendarIds: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE calendar_sync_states SET active = false, lease_until = NULL, fencing_token = fencing_token + 1
     WHERE calendar_id IN (SELECT calendar_id FROM calendar_sync_states WHERE calendar_id = ANY ($1::uuid[]) ORDER BY calendar_id FOR UPDATE)`,
    [calendarIds],
  );
  await tx.query(
    `UPDATE pull_runs SET status = 'abandoned', updated_at = clock_timestamp(), finished_at = clock_timestamp()
     WHERE calendar_id = ANY ($1::uuid[]) AND status IN ('running', 'sweeping')`,
    [calendarIds],
  );
  await tx.query('DELETE FROM webhook_retry_queue WHERE calendar_id = ANY ($1::uuid[])', [calendarIds]);
}

async function retireChannels(tx: Transaction, calendarIds: readonly string[]) {
  const { rows } = await tx.query<{ channel_id: string; resource_id: string; owner_id: string; connection_id: string }>(
    `UPDATE calendar_webhooks SET state = 'retiring'
     WHERE calendar_id = ANY ($1::uuid[]) AND state IN ('opening', 'live') AND resource_id IS NOT NULL
     RETURNING channel_id, resource_id, owner_id, connection_id`,
    [calendarIds],
  );
  await enqueueJobs(
    tx,
    rows.map((row) => ({
      kind: 'stop-channel',
      subject: row.channel_id,
      ownerId: row.owner_id,
      connectionId: row.connection_id,
      details: { resourceId: row.resource_id, reason: 'calendar-removed' },
    })),
  );
}

const idOf = ({ ownerId, provider, account }: ListingConnection, { providerCalendarId }: ListedCalendar) =>
  calendarIdOf(ownerId, provider, account, providerCalendarId);

function described(
  { ownerId, connectionId, provider }: ListingConnection,
  calendarId: string,
  calendar: ListedCalendar,
) {
  const { providerCalendarId, title, description, timeZone, accessRole, primary, hidden, color } = calendar;
  return {
    calendarId,
    connectionId,
    ownerId,
    provider,
    providerCalendarId,
    title,
    ...(description === undefined ? {} : { description }),
    timeZone,
    accessRole,
    primary,
    hidden,
    ...(color === undefined ? {} : { color }),
  };
}

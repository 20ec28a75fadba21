import { stateAfter } from '@calendar-sync/event-sourcing-core';
import { appendToStreams, jsonText, type Queryable, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import {
  type Burst,
  type NotificationReceived,
  type Push,
  pushBurst,
  type PushCoalesced,
  type PushCommand,
  type PushHeld,
} from '../../domain/push-burst.decider';
import { notificationPublications } from '../../publishing/notifications.publications';

/** `opened`: the channel's first word, which must not be held up by, nor hold up, what changed. */
export type BurstKind = 'opened' | 'changed';

export const burstKind = ({ resourceState }: Push): BurstKind => (resourceState === 'sync' ? 'opened' : 'changed');

interface BurstRow {
  channel_id: string;
  kind: BurstKind;
  calendar_id: string;
  window_ends_at: number | null;
  held: Burst['held'] | null;
  now: number;
}

export interface LockedBurst {
  channelId: string;
  kind: BurstKind;
  state: Burst;
  /** The clock of the database, the same for all replicas; milliseconds of the epoch. */
  now: number;
}

const COLUMNS = `channel_id, kind, calendar_id, held, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now,
  CASE WHEN isfinite(window_ends_at) THEN extract(epoch FROM window_ends_at)::float8 * 1000 END AS window_ends_at`;

const lockedBurst = (row: BurstRow): LockedBurst => ({
  channelId: row.channel_id,
  kind: row.kind,
  now: row.now,
  state: {
    ...(row.window_ends_at !== null && { windowEndsAt: row.window_ends_at }),
    ...(row.held !== null && { held: row.held }),
  },
});

/** The bursts that these pushes belong to, locked until the transaction ends; always in the same order, so that replicas never wait in a circle. */
export async function lockBursts(tx: Transaction, pushes: readonly Push[]): Promise<LockedBurst[]> {
  const wanted = [...new Map(pushes.map((push) => [`${burstKind(push)} ${push.channelId}`, push])).values()];
  const { rows } = await tx.query<BurstRow>(
    `INSERT INTO push_bursts (channel_id, kind, calendar_id, window_ends_at)
     SELECT channel_id, kind, calendar_id, '-infinity'
     FROM unnest($1::text[], $2::text[], $3::uuid[]) AS push (channel_id, kind, calendar_id)
     ORDER BY channel_id COLLATE "C", kind COLLATE "C"
     ON CONFLICT (channel_id, kind) DO UPDATE SET calendar_id = excluded.calendar_id
     RETURNING ${COLUMNS}`,
    [wanted.map(({ channelId }) => channelId), wanted.map(burstKind), wanted.map(({ calendarId }) => calendarId)],
  );
  return rows.map(lockedBurst);
}

/** Bursts whose window ended with a push held back (or ends where only a clock that was set back can have put it); those that another replica has in hand are left to it. */
export async function lockEndedBursts(tx: Transaction, limit: number, windowMs: number): Promise<LockedBurst[]> {
  const { rows } = await tx.query<BurstRow>(
    `SELECT ${COLUMNS} FROM push_bursts
     WHERE held IS NOT NULL AND (window_ends_at <= clock_timestamp()
       OR window_ends_at > clock_timestamp() + 2 * $2 * interval '1 millisecond')
     ORDER BY window_ends_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit, windowMs],
  );
  return rows.map(lockedBurst);
}

/** How long until the next window with a held push ends, in milliseconds. */
export async function nextWindowEnd(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ in_ms: number | null }>(
    `SELECT extract(epoch FROM min(window_ends_at) - clock_timestamp())::float8 * 1000 AS in_ms
     FROM push_bursts WHERE held IS NOT NULL`,
  );
  return rows[0]?.in_ms ?? undefined;
}

export interface Decided {
  burst: LockedBurst;
  commands: PushCommand[];
}

/** Decides, and writes all of it: the messages to the log, every push to its table, the bursts as they then are. Gives when the next window with a held push ends. */
export async function decideAndStore(
  tx: Transaction,
  decided: readonly Decided[],
  traceparentOf: (notificationId: string) => string | undefined = () => undefined,
): Promise<number | undefined> {
  const notifications: NotificationReceived[] = [];
  const arrived: { push: Push; into?: string }[] = [];
  const after: LockedBurst[] = [];
  for (const { burst, commands } of decided) {
    let { state } = burst;
    for (const command of commands) {
      const events = pushBurst.decide(command, state);
      state = stateAfter(pushBurst, events, state);
      notifications.push(...events.filter((event) => event.type === 'NotificationReceived'));
      if (command.type === 'ReceivePush') arrived.push(arrival(command.data.push, events));
    }
    after.push({ ...burst, state });
  }
  await appendToStreams(
    tx,
    notifications.map(({ type, data }) => ({
      streamId: `calendar-notification-${data.notificationId}`,
      expectedVersion: 0,
      events: [{ type, data, id: data.notificationId }],
      metadata: metadataOf(data, traceparentOf(data.notificationId)),
    })),
    { route: notificationPublications.route },
  );
  await store(tx, arrived, after);
  const waiting = after.flatMap(({ state }) =>
    state.held && state.windowEndsAt !== undefined ? [state.windowEndsAt] : [],
  );
  return waiting.length === 0 ? undefined : Math.min(...waiting);
}

/** Whatever follows from this push carries its id, and when it came. */
const metadataOf = ({ notificationId, receivedAt }: Push, traceparent: string | undefined) => ({
  correlationId: notificationId,
  causedAt: receivedAt,
  ...(traceparent !== undefined && { traceparent }),
});

function arrival(push: Push, events: readonly (NotificationReceived | PushHeld | PushCoalesced)[]) {
  const coalesced = events.find((event) => event.type === 'PushCoalesced');
  return { push, ...(coalesced && { into: coalesced.data.into }) };
}

/** Every push to its table, and the bursts as they are now. */
async function store(
  tx: Transaction,
  arrived: readonly { push: Push; into?: string }[],
  bursts: readonly LockedBurst[],
): Promise<void> {
  const column = <T>(of: (push: Push) => T) => arrived.map(({ push }) => of(push));
  await tx.query(
    `WITH logged AS (
       INSERT INTO calendar_webhook_logs
         (notification_id, calendar_id, channel_id, resource_id, resource_state, message_number, received_at, coalesced_into, status)
       SELECT notification_id, calendar_id, channel_id, resource_id, resource_state, message_number, received_at, coalesced_into,
         CASE WHEN coalesced_into IS NULL THEN 'received' ELSE 'coalesced' END
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::uuid[])
         AS push (notification_id, calendar_id, channel_id, resource_id, resource_state, message_number, received_at, coalesced_into)
     )
     UPDATE push_bursts AS burst
     SET window_ends_at = to_timestamp(after.window_ends_at / 1000), held = after.held
     FROM unnest($9::text[], $10::text[], $11::float8[], $12::jsonb[]) AS after (channel_id, kind, window_ends_at, held)
     WHERE burst.channel_id = after.channel_id AND burst.kind = after.kind`,
    [
      column(({ notificationId }) => notificationId),
      column(({ calendarId }) => calendarId),
      column(({ channelId }) => channelId),
      column(({ resourceId }) => resourceId),
      column(({ resourceState }) => resourceState),
      column(({ messageNumber }) => messageNumber ?? null),
      column(({ receivedAt }) => receivedAt),
      arrived.map(({ into }) => into ?? null),
      bursts.map(({ channelId }) => channelId),
      bursts.map(({ kind }) => kind),
      bursts.map(({ state }) => state.windowEndsAt ?? null),
      bursts.map(({ state }) => (state.held ? jsonText(state.held) : null)),
    ],
  );
}

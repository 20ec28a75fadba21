import type { CalendarChangeNotifiedV1 } from '@calendar-sync/contracts-webhook-ingestion';
import type { EventMetadata, Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Collector } from '@calendar-sync/kafka';
import type { Logger, ServiceMetrics } from '@calendar-sync/service-host';
import { record, type StreamOfEvents } from '../../publishing/record';
import type { NotificationEvent } from '../../publishing/sync-events';
import { type Dirt, markDirty } from '../pull-changes/sync-state.store';
import { enqueueJobs, type NewJob } from '../run-jobs/job-queue';
import type { WakeUps } from '../run-jobs/wake-ups';
import { watchStream } from '../watch-calendars/watch-keeper';

interface KnownChannel {
  channel_id: string;
  resource_id: string | null;
  state: string;
  failure: string | null;
}
interface KnownCalendar {
  calendar_id: string;
  owner_id: string;
  connection_id: string;
  active: boolean;
}

export interface ReceivedPush {
  push: CalendarChangeNotifiedV1;
  metadata: EventMetadata;
}

/**
 * Takes verified pushes in, a chunk at a time. A push is a hint: its calendar is marked dirty and pulled at once, many pushes by
 * one pull. Pushes of channels that we don't know carry what is needed to stop them.
 */
export class NoteNotifications implements Collector<ReceivedPush> {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: ServiceMetrics,
    /** Told what became due: calendars, and jobs where there are any. */
    private readonly wakeUps: Pick<WakeUps, 'all' | 'pulls'>,
  ) {}

  async flush(tx: Transaction, received: ReceivedPush[]): Promise<void> {
    const notified = received.map(({ push }) => push);
    const { calendars, channels } = await this.known(tx, notified);
    const streams: StreamOfEvents[] = [];
    const jobs: NewJob[] = [];
    const hints: ReceivedPush[] = [];

    for (const { push, metadata } of received) {
      const calendar = calendars.get(push.calendarId);
      if (calendar === undefined) {
        streams.push(answered(push, {}, { outcome: 'calendar-unknown' }));
        continue;
      }
      const of = { ownerId: calendar.owner_id, connectionId: calendar.connection_id };
      const channel = channels.get(push.channelId);
      if (isLeftOver(channel, calendar)) jobs.push(stopJob(push, of));
      if (channel !== undefined && channel.state !== 'failed') streams.push(...this.findings(push, of, channel));
      if (channel === undefined) streams.push(answered(push, of, { outcome: 'channel-unknown' }));
      else if (push.resourceState === 'sync') streams.push(answered(push, of, { outcome: 'channel-opened' }));
      else if (!calendar.active) streams.push(answered(push, of, { failure: 'CalendarNotActive' }));
      else hints.push({ push, metadata });
      // A push proved itself: whatever channel it came by, something changed.
      if (channel === undefined && calendar.active && push.resourceState !== 'sync') hints.push({ push, metadata });
    }
    await this.markDirty(tx, hints, channels);
    await this.countMessages(tx, notified);
    await record(tx, streams);
    await enqueueJobs(tx, jobs);
    tx.afterCommit(jobs.length > 0 ? this.wakeUps.all : this.wakeUps.pulls);
  }

  private async markDirty(tx: Transaction, hints: ReceivedPush[], channels: Map<string, KnownChannel>) {
    const earliest = new Map<string, Dirt & { notifiedAt: Date }>();
    for (const { push, metadata } of hints) {
      const { calendarId } = push;
      const notifiedAt = new Date(push.receivedAt);
      const known = earliest.get(calendarId);
      if (known === undefined || notifiedAt < known.notifiedAt)
        earliest.set(calendarId, { calendarId, notifiedAt, metadata });
    }
    const marked = await markDirty(tx, [...earliest.values()], { trigger: 'notification' });
    const pending = hints
      .map(({ push }) => push)
      .filter(({ calendarId, channelId }) => marked.has(calendarId) && channels.has(channelId));
    if (pending.length === 0) return;
    await tx.query(
      `INSERT INTO pending_notifications (notification_id, calendar_id, owner_id, dirty_seq, received_at)
       SELECT n.notification_id, n.calendar_id, s.owner_id, n.seq, n.received_at
       FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS n (notification_id, calendar_id, seq, received_at)
       JOIN calendar_sync_states AS s USING (calendar_id)
       ON CONFLICT (notification_id) DO NOTHING`,
      [
        pending.map(({ notificationId }) => notificationId),
        pending.map(({ calendarId }) => calendarId),
        pending.map(({ calendarId }) => marked.get(calendarId)),
        pending.map(({ receivedAt }) => receivedAt),
      ],
    );
  }

  /** Also tells the resource id of a channel whose opening has not been answered yet. */
  private async countMessages(tx: Transaction, notified: CalendarChangeNotifiedV1[]) {
    await tx.query(
      `UPDATE calendar_webhooks AS w SET messages = w.messages + n.messages,
         last_message_at = greatest(w.last_message_at, n.received_at),
         last_message_number = greatest(w.last_message_number, n.number), resource_id = coalesce(w.resource_id, n.resource_id)
       FROM (
         SELECT channel_id, count(*) AS messages, max(received_at) AS received_at, max(number) AS number, min(resource_id) AS resource_id
         FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::text[]) AS m (channel_id, received_at, number, resource_id)
         GROUP BY channel_id
       ) AS n WHERE w.channel_id = n.channel_id`,
      [
        notified.map(({ channelId }) => channelId),
        notified.map(({ receivedAt }) => receivedAt),
        notified.map(({ messageNumber }) => messageNumber ?? null),
        notified.map(({ resourceId }) => resourceId),
      ],
    );
  }

  private findings(
    push: CalendarChangeNotifiedV1,
    of: { ownerId: string; connectionId: string },
    channel: KnownChannel,
  ): StreamOfEvents[] {
    if (channel.resource_id === null || channel.resource_id === push.resourceId) return [];
    const { calendarId, channelId } = push;
    this.logger.warn({ calendarId, channelId }, 'a push names another resource than its channel was opened for');
    this.metrics.count('sync_resource_mismatches_total', 'Pushes that name another resource than their channel');
    const about = { ...of, calendarId };
    return [
      watchStream(about, channelId, [
        {
          type: 'ResourceMismatchFound',
          data: { ...about, channelId, expected: channel.resource_id, found: push.resourceId },
        },
      ]),
    ];
  }

  /** Calendars and channels, by their ids. */
  private async known(tx: Transaction, notified: CalendarChangeNotifiedV1[]) {
    const { rows } = await tx.query<{ calendar: KnownCalendar | null; channel: KnownChannel | null }>(
      `SELECT json_build_object('calendar_id', calendar_id, 'owner_id', owner_id, 'connection_id', connection_id, 'active', active)
         AS calendar, NULL AS channel
       FROM calendar_sync_states WHERE calendar_id = ANY ($1::uuid[])
       UNION ALL
       SELECT NULL, json_build_object('channel_id', channel_id, 'resource_id', resource_id, 'state', state, 'failure', failure)
       FROM calendar_webhooks WHERE channel_id = ANY ($2::text[])`,
      [notified.map(({ calendarId }) => calendarId), notified.map(({ channelId }) => channelId)],
    );
    return {
      calendars: new Map(rows.flatMap(({ calendar }) => (calendar ? [[calendar.calendar_id, calendar]] : []))),
      channels: new Map(rows.flatMap(({ channel }) => (channel ? [[channel.channel_id, channel]] : []))),
    };
  }
}

/** Of a crash, of an opening whose calendar was let go before its answer, or of a disconnect that the provider didn't hear of. */
function isLeftOver(channel: KnownChannel | undefined, { active }: KnownCalendar): boolean {
  if (channel === undefined || channel.state === 'failed') return true;
  if (channel.state === 'opening') return !active;
  return channel.state === 'stopped' && channel.failure !== null && active;
}

const stopJob = (push: CalendarChangeNotifiedV1, of: { ownerId: string; connectionId: string }): NewJob => ({
  kind: 'stop-channel',
  subject: push.channelId,
  ...of,
  details: { resourceId: push.resourceId, reason: 'unknown-channel' },
});

function answered(
  { notificationId, calendarId, receivedAt }: CalendarChangeNotifiedV1,
  of: { ownerId?: string; connectionId?: string },
  how: { outcome: 'channel-opened' | 'channel-unknown' | 'calendar-unknown' } | { failure: string },
): StreamOfEvents {
  const about = { ...of, calendarId, notificationIds: [notificationId] };
  const event: NotificationEvent =
    'failure' in how
      ? { type: 'NotificationFailed', data: { ...about, failedAt: receivedAt, failure: how.failure } }
      : {
          type: 'NotificationProcessed',
          data: { ...about, processedAt: new Date().toISOString(), outcome: how.outcome },
        };
  const { ownerId } = of;
  return {
    streamId: `calendar-notification-${notificationId}`,
    ...(ownerId === undefined ? {} : { ownerId }),
    events: [event],
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import { pushClient, uuidOf } from '../clients/push.client';
import type { FaultBench } from './fault-bench';

export interface AnsweredPush {
  channelId: string;
  /** Of HTTP; 0 where nothing answered. */
  status: number;
}

const CALENDARS = 40;
const TICK_MS = 50;

/** So many pushes a second, each of a channel of its own and of calendars that nobody has, until the returned function is called; it gives how each was answered. */
export function keepPushing(bench: FaultBench, perSecond: number): () => Promise<AnsweredPush[]> {
  const push = pushClient(bench.stack);
  const pushes: Promise<AnsweredPush>[] = [];
  const began = Date.now();
  const stop = bench.keepDoing(async () => {
    const owed = Math.floor(((Date.now() - began) / 1_000) * perSecond);
    while (pushes.length < owed) {
      const channelId = uuidOf(`${bench.seed} ${began} channel ${pushes.length}`);
      const calendarId = uuidOf(`${bench.seed} ${pushes.length % CALENDARS}`);
      pushes.push(push(calendarId, channelId).then((status) => ({ channelId, status })));
    }
    await delay(TICK_MS);
  });
  return async () => {
    await stop();
    return Promise.all(pushes);
  };
}

/** The channels of those that were answered 2xx and are not in the database. */
export async function answeredAndNotStored(bench: FaultBench, pushes: readonly AnsweredPush[]): Promise<string[]> {
  const rows = await bench.query<{ channel_id: string }>(
    'webhook-ingestion',
    `SELECT l.channel_id FROM calendar_webhook_logs AS l
     WHERE EXISTS (SELECT FROM events WHERE type = 'NotificationReceived'
       AND data->>'notificationId' = coalesce(l.coalesced_into, l.notification_id)::text)`,
  );
  const stored = new Set(rows.map(({ channel_id: channelId }) => channelId));
  return pushes
    .filter(({ channelId, status }) => status >= 200 && status < 300 && !stored.has(channelId))
    .map(({ channelId }) => channelId);
}

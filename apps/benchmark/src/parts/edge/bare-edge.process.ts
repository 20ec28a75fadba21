import { randomUUID } from 'node:crypto';
import { calendarChanges, parseVersionedKeys, verifyChannelToken } from '@calendar-sync/contracts-webhook-ingestion';
import fastify from 'fastify';
import { Pool } from 'pg';
import { answerParent } from '../../setting/own-process';

export interface BareEdge {
  databaseUrl: string;
  channelTokenKeys: string;
  connections: number;
}

// The rows that the service writes for a push that opens a window, in one statement, which commits by itself.
const STORE = `
  WITH burst AS (
    INSERT INTO push_bursts (channel_id, kind, calendar_id, window_ends_at)
    VALUES ($4, 'changed', $2, clock_timestamp() + interval '100 milliseconds')
    ON CONFLICT (channel_id, kind) DO UPDATE SET window_ends_at = excluded.window_ends_at
  ), log AS (
    INSERT INTO calendar_webhook_logs
      (notification_id, calendar_id, channel_id, resource_id, resource_state, message_number, received_at, status)
    VALUES ($1, $2, $4, $5, $6, $7, $8, 'received')
  ), counter AS (
    INSERT INTO topic_sequences AS s (topic, key, last) VALUES ('${calendarChanges.name}', $3, 1)
    ON CONFLICT (topic, key) DO UPDATE SET last = s.last + 1
    RETURNING last
  )
  INSERT INTO events (stream_id, version, topic, key, sequence, id, type, data, metadata)
  SELECT 'calendar-notification-' || $1, 1, '${calendarChanges.name}', $3, last, $1, 'NotificationReceived', $9, $10 FROM counter`;

/** The floor: a Fastify route that checks the token and commits the same rows, one transaction per request. */
answerParent(async ({ databaseUrl, channelTokenKeys, connections }: BareEdge): Promise<string> => {
  const keys = parseVersionedKeys(channelTokenKeys);
  const pool = new Pool({ connectionString: databaseUrl, max: connections });
  const server = fastify();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.post('/webhooks/google', async ({ headers }, reply) => {
    const text = (name: string) => String(headers[name]);
    const channelId = text('x-goog-channel-id');
    const calendarId = verifyChannelToken(keys, channelId, text('x-goog-channel-token'));
    if (calendarId === undefined) return reply.code(404).send();
    const push = {
      notificationId: randomUUID(),
      calendarId,
      channelId,
      resourceId: text('x-goog-resource-id'),
      resourceState: text('x-goog-resource-state'),
      messageNumber: Number(headers['x-goog-message-number']),
      channelExpiresAt: new Date(text('x-goog-channel-expiration')).toISOString(),
      receivedAt: new Date().toISOString(),
      windowEndsAt: Date.now() + 100,
    };
    await pool.query(STORE, [
      push.notificationId,
      calendarId,
      calendarId,
      channelId,
      push.resourceId,
      push.resourceState,
      push.messageNumber,
      push.receivedAt,
      JSON.stringify(push),
      JSON.stringify({ correlationId: push.notificationId, causedAt: push.receivedAt }),
    ]);
    return reply.code(200).send();
  });
  return server.listen({ port: 0, host: '127.0.0.1' });
});

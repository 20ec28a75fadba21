import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Ingestion, startIngestion, WINDOW_MS } from '../../ingestion.fixture';

describe('a burst of pushes to a running service', () => {
  let ingestion: Ingestion;
  beforeAll(async () => {
    ingestion = await startIngestion(testKafka(), await startTestDatabase());
  });
  afterAll(() => ingestion.end());

  /** By the clock that windows run on. */
  const expectOneMessagePerWindow = async ({ calendarId }: { calendarId: string }) => {
    const { rows } = await ingestion.database.query<{ ends: number }>(
      `SELECT (data->>'windowEndsAt')::float8 AS ends FROM events WHERE key = $1 ORDER BY sequence`,
      [calendarId],
    );
    for (const [index, { ends }] of rows.entries())
      if (index > 0) expect(ends - rows[index - 1]!.ends).toBeGreaterThanOrEqual(WINDOW_MS);
  };

  it('answers every push of a storm with 200, sends few messages, counts each push once, and one message follows the last', async () => {
    const own = ingestion.channel();
    const answers = await Promise.all(Array.from({ length: 300 }, () => ingestion.push(own)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await eventually(() => ingestion.speaksFor(own) === 300);
    const sent = ingestion.messagesOf(own);
    expect(sent.length).toBeGreaterThan(1);
    await expectOneMessagePerWindow(own);
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_message, index) => index + 1));
    const rows = await ingestion.logOf(own);
    expect(rows).toHaveLength(300);
    const ids = new Set(sent.map(({ data }) => data.notificationId));
    for (const { notification_id, status, coalesced_into } of rows) {
      expect({ notification_id, sent: ids.has(coalesced_into ?? notification_id), status }).toEqual({
        notification_id,
        sent: true,
        status: coalesced_into === null ? 'received' : 'coalesced',
      });
    }
    const lastPushAt = Math.max(...rows.map(({ received_at }) => received_at.getTime()));
    expect(Date.parse(sent.at(-1)!.time)).toBeGreaterThanOrEqual(lastPushAt);
  });

  it('counts each push once and keeps one order when replicas take the pushes of one channel', async () => {
    const own = ingestion.channel();
    const other = await ingestion.open();
    try {
      const answers = await Promise.all(
        Array.from({ length: 120 }, (_, index) =>
          ingestion.push(own, {}, '', index % 2 === 0 ? ingestion.running : other),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await eventually(() => ingestion.speaksFor(own) === 120);
    } finally {
      await other.stop();
    }
    const sent = ingestion.messagesOf(own);
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_message, index) => index + 1));
    await expectOneMessagePerWindow(own);
  });

  it('sends a message of its own for a push that comes after the message before it left', async () => {
    const own = ingestion.channel();
    await ingestion.push(own);
    await eventually(() => ingestion.messagesOf(own).length === 1);
    // Whatever sync read for the first message, it may have read before this one's change.
    const sentAt = Date.now();
    await ingestion.push(own);
    await eventually(() => ingestion.messagesOf(own).length === 2);
    expect(Date.parse(ingestion.messagesOf(own)[1]!.time)).toBeGreaterThanOrEqual(sentAt);
  });

  it('does not let the opening word of a channel and its changes hold each other up', async () => {
    const own = ingestion.channel();
    await Promise.all([
      ingestion.push(own, { 'x-goog-resource-state': 'sync', 'x-goog-message-number': '1' }),
      ingestion.push(own),
    ]);
    await eventually(() => ingestion.messagesOf(own).length === 2);
    expect(new Set(ingestion.messagesOf(own).map(({ data }) => data.resourceState))).toEqual(
      new Set(['sync', 'exists']),
    );
    for (const { data } of ingestion.messagesOf(own)) expect(data.coalesced).toBeUndefined();
  });

  it('sends what was held back although the clock of the database was set back meanwhile', async () => {
    const own = ingestion.channel();
    await ingestion.push(own);
    await ingestion.database.query(
      `UPDATE push_bursts SET window_ends_at = clock_timestamp() + interval '1 hour',
         held = (SELECT (data - 'windowEndsAt') || jsonb_build_object('notificationId', gen_random_uuid(), 'coalesced', 0) FROM events WHERE key = $2)
       WHERE channel_id = $1`,
      [own.channelId, own.calendarId],
    );
    await eventually(async () => {
      const { rows } = await ingestion.database.query<{ sent: number }>(
        'SELECT count(*)::integer AS sent FROM events WHERE key = $1',
        [own.calendarId],
      );
      return rows[0]?.sent === 2;
    });
  });

  it('sends what was held back although the process that held it ended', async () => {
    const own = ingestion.channel();
    await ingestion.push(own);
    await ingestion.push(own);
    await ingestion.restart();
    await eventually(() => ingestion.messagesOf(own).length === 2);
  });
});

import { randomBytes } from 'node:crypto';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Ingestion, startIngestion } from '../../ingestion.fixture';

describe('a push', () => {
  let ingestion: Ingestion;
  beforeAll(async () => {
    ingestion = await startIngestion(testKafka(), await startTestDatabase());
  });
  afterAll(() => ingestion.end());

  const totals = async () => {
    const { rows } = await ingestion.database.query<{ logs: string; events: string }>(
      'SELECT (SELECT count(*) FROM calendar_webhook_logs) AS logs, (SELECT count(*) FROM events) AS events',
    );
    return rows[0];
  };

  it('answers a push with 200 once it is stored, and publishes it under its calendar', async () => {
    const own = ingestion.channel();
    await expect(ingestion.push(own)).resolves.toMatchObject({ status: 200 });
    const [log] = await ingestion.logOf(own);
    expect(log).toMatchObject({
      status: 'received',
      channel_id: own.channelId,
      resource_id: 'o3hgv1538sdjfh',
      message_number: '10',
    });
    await eventually(() => ingestion.messagesOf(own).length === 1);
    const [message] = ingestion.messagesOf(own);
    expect(message).toMatchObject({
      source: '/calendar-sync/webhook-ingestion',
      type: 'CalendarChangeNotified.v1',
      subject: own.channelId,
      sequence: 1,
      correlationId: log?.notification_id,
      traceparent: expect.stringMatching(/^00-/),
    });
    expect(message?.data).toEqual({
      notificationId: log?.notification_id,
      calendarId: own.calendarId,
      channelId: own.channelId,
      resourceId: 'o3hgv1538sdjfh',
      resourceState: 'exists',
      messageNumber: 10,
      channelExpiresAt: '2030-11-19T01:13:52.000Z',
      receivedAt: expect.stringMatching(/Z$/),
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['with a body that is no JSON', {}, '{'],
    ['with an unknown content type', { 'content-type': 'application/x-unknown' }, 'x'],
    ['with a content type that is none', { 'content-type': 'nonsense' }, 'x'],
    [
      'without a message number and an expiration',
      { 'x-goog-message-number': '', 'x-goog-channel-expiration': '' },
      '',
    ],
    ['with an expiration that is no date', { 'x-goog-channel-expiration': 'soon' }, ''],
    ['without a resource id and a state', { 'x-goog-resource-id': '', 'x-goog-resource-state': '' }, ''],
    ['with a resource id far too long', { 'x-goog-resource-id': 'x'.repeat(2_000) }, ''],
  ])('takes a verified push %s', async (_what, headers, body) => {
    const own = ingestion.channel();
    await expect(ingestion.push(own, headers, body)).resolves.toMatchObject({ status: 200 });
    await eventually(() => ingestion.messagesOf(own).length === 1);
  });

  it('refuses a body beyond any push with 413', async () => {
    await expect(ingestion.push(ingestion.channel(), {}, 'x'.repeat(20_000))).resolves.toMatchObject({ status: 413 });
  });

  it('answers what does not verify with 404, stores nothing of it, and soon with 429', async () => {
    const before = await totals();
    const own = ingestion.channel();
    await expect(ingestion.push({ channelId: own.channelId })).resolves.toMatchObject({ status: 404 });
    await expect(ingestion.push({ channelId: 'another', token: own.token })).resolves.toMatchObject({ status: 404 });
    const { channelId, token: forged } = ingestion.channel(new Map([[1, randomBytes(32)]]));
    await expect(ingestion.push({ channelId, token: forged })).resolves.toMatchObject({ status: 404 });
    for (const _ of [4, 5])
      await expect(ingestion.push({ channelId: 'x', token: 'y' })).resolves.toMatchObject({ status: 404 });
    await expect(ingestion.push({ channelId: 'x', token: 'y' })).resolves.toEqual({ status: 429, retryAfter: '60' });
    expect(await totals()).toEqual(before);
    await expect(ingestion.push(own)).resolves.toMatchObject({ status: 200 });
    const metrics = await (await fetch(`${ingestion.running.url}/metrics`)).text();
    expect(metrics).toMatch(/webhook_pushes_total\{outcome="unverified",service="webhook-ingestion"\} 6/);
    expect(ingestion.lines.join()).not.toContain(own.token);
    expect(ingestion.lines.join()).not.toContain(forged);
  });

  it('answers 503 when it can store nothing, and 200 again as soon as it can', async () => {
    const own = ingestion.channel();
    await ingestion.database.query('ALTER TABLE push_bursts RENAME TO push_bursts_away');
    await expect(ingestion.push(own)).resolves.toEqual({ status: 503, retryAfter: '5' });
    await ingestion.database.query('ALTER TABLE push_bursts_away RENAME TO push_bursts');
    await expect(ingestion.push(own)).resolves.toMatchObject({ status: 200 });
    expect(await ingestion.logOf(own)).toHaveLength(1);
  });

  it('refuses only the pushes of a channel whose row is locked, however many come with them', async () => {
    const locked = ingestion.channel();
    await expect(ingestion.push(locked)).resolves.toMatchObject({ status: 200 });
    const others = Array.from({ length: 20 }, () => ingestion.channel());
    const holding = Promise.withResolvers<void>();
    let released = false;
    const holder = ingestion.database.transaction(async (tx) => {
      await tx.query('SELECT FROM push_bursts WHERE channel_id = $1 FOR UPDATE', [locked.channelId]);
      holding.resolve();
      // The database ends a transaction that is idle for long.
      await eventually(async () => (await tx.query('SELECT')) && released, { timeoutMs: 30_000, intervalMs: 100 });
    });
    try {
      await holding.promise;
      for (const round of [1, 2]) {
        // The first is stored by itself; what comes meanwhile, the locked one among it, shares the next transaction.
        const answers = await Promise.all([...others, locked].map((channel) => ingestion.push(channel)));
        expect([round, ...answers.map(({ status }) => status)]).toEqual([round, ...others.map(() => 200), 503]);
      }
    } finally {
      released = true;
      await holder;
    }
    await expect(ingestion.push(locked)).resolves.toMatchObject({ status: 200 });
  }, 300_000);
});

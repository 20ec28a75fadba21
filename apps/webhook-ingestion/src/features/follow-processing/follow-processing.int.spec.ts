import { randomUUID } from 'node:crypto';
import { encode } from '@calendar-sync/contracts-envelope';
import { calendarSyncs } from '@calendar-sync/contracts-sync';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Ingestion, startIngestion } from '../../ingestion.fixture';

describe('the log of pushes', () => {
  let ingestion: Ingestion;
  let producer: ReturnType<Ingestion['kafka']['producer']>;
  beforeAll(async () => {
    ingestion = await startIngestion(testKafka(), await startTestDatabase());
    producer = ingestion.kafka.producer();
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await ingestion.end();
  });

  it('follows what became of a notification, and of the pushes that it spoke for', async () => {
    const own = ingestion.channel();
    await Promise.all([ingestion.push(own), ingestion.push(own), ingestion.push(own)]);
    await eventually(() => ingestion.speaksFor(own) === 3);
    const ids = ingestion.messagesOf(own).map(({ data }) => data.notificationId);
    const last = ids.at(-1)!;
    const about = { ownerId: 'ada', connectionId: randomUUID(), calendarId: own.calendarId };
    const report = (type: string, sequence: number, data: object) => {
      const { key, value, headers } = encode(calendarSyncs, {
        id: randomUUID(),
        source: '/calendar-sync/sync',
        type,
        time: new Date().toISOString(),
        key: own.calendarId,
        sequence,
        epoch: 1,
        data,
      });
      return producer.send({ topic: ingestion.topicPrefix + calendarSyncs.name, messages: [{ key, value, headers }] });
    };
    await report('NotificationFailed.v1', 1, {
      ...about,
      notificationIds: [last],
      failedAt: new Date().toISOString(),
      failure: 'ProviderUnavailable',
    });
    await eventually(async () => (await ingestion.logOf(own)).some(({ status }) => status === 'failed'));
    expect((await ingestion.logOf(own)).find(({ notification_id }) => notification_id === last)).toMatchObject({
      error: 'ProviderUnavailable',
      processed_at: null,
    });
    await report('NotificationProcessed.v1', 2, {
      ...about,
      notificationIds: ids,
      processedAt: '2026-03-01T10:00:00Z',
      outcome: 'synced',
    });
    await eventually(async () => (await ingestion.logOf(own)).every(({ processed_at }) => processed_at !== null));
    const rows = await ingestion.logOf(own);
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const status = row.coalesced_into === null ? 'processed' : 'coalesced';
      expect(row).toMatchObject({ status, owner_id: 'ada', error: null });
    }
  });
});

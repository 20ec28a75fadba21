import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { type Ingestion, startIngestion } from '../../ingestion.fixture';
import { forgetOlderThan } from '../../webhook-logs';

describe('the retention of pushes', () => {
  let ingestion: Ingestion;
  beforeAll(async () => {
    ingestion = await startIngestion(testKafka(), await startTestDatabase());
  });
  afterAll(() => ingestion.end());

  it('forgets pushes and notifications older than it keeps them, and nothing younger', async () => {
    const old = ingestion.channel();
    const young = ingestion.channel();
    await Promise.all([ingestion.push(old), ingestion.push(young)]);
    await eventually(() => ingestion.messagesOf(old).length === 1 && ingestion.messagesOf(young).length === 1);
    await ingestion.database.query(
      `UPDATE calendar_webhook_logs SET received_at = now() - interval '31 days' WHERE calendar_id = $1`,
      [old.calendarId],
    );
    await ingestion.database.query(`UPDATE events SET recorded_at = now() - interval '31 days' WHERE key = $1`, [
      old.calendarId,
    ]);
    await forgetOlderThan(ingestion.database, 30);
    expect(await ingestion.logOf(old)).toEqual([]);
    expect(await ingestion.logOf(young)).toHaveLength(1);
    const { rows } = await ingestion.database.query<{ key: string }>('SELECT key FROM events WHERE key = ANY ($1)', [
      [old.calendarId, young.calendarId],
    ]);
    expect(rows).toEqual([{ key: young.calendarId }]);
  });
});

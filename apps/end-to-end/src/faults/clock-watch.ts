import type { Service } from '@calendar-sync/local-stack';
import type { FaultBench } from './fault-bench';

/** What is given out for a time, by the number that tells one holder from the next; and when something is to be done. */
const TIMES: Record<'all' | 'sync' | 'webhook-ingestion', Record<string, { token?: string; times: string[] }>> = {
  all: { relay_state: { token: 'token', times: ['lease_until', 'saved_at'] } },
  sync: {
    calendar_sync_states: { token: 'fencing_token', times: ['lease_until', 'due_at', 'look_again_at', 'next_poll_at'] },
    jobs: { token: 'fencing_token', times: ['lease_until', 'run_at'] },
    calendar_webhooks: { times: ['requested_at', 'opened_at', 'renew_at', 'stopped_at'] },
    provider_quota_buckets: { times: ['refilled_at', 'blocked_until'] },
  },
  'webhook-ingestion': { push_bursts: { times: ['window_ends_at'] } },
};

/** Of what nobody does an hour before, or after, the time that he writes down. */
const NEAR = "interval '1 hour'";

/**
 * From now on the service's database notes every lease that was taken while somebody held it, by the clock of the database, and
 * every time written that a clock must have told which is off by hours.
 */
export async function watchClocks(bench: FaultBench, service: Service): Promise<void> {
  await bench.query(service, 'CREATE TABLE wrong_times (what text NOT NULL)');
  await bench.query(
    service,
    `CREATE FUNCTION note_wrong_times() RETURNS trigger LANGUAGE plpgsql AS $$
     DECLARE
       written jsonb := to_jsonb(NEW);
       before jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END;
       name text;
       at timestamptz;
     BEGIN
       IF TG_ARGV[0] <> '' AND written->>TG_ARGV[0] <> before->>TG_ARGV[0] AND (before->>'lease_until')::timestamptz > clock_timestamp() THEN
         INSERT INTO wrong_times VALUES (format('a lease of %s was taken %s before it ended', TG_TABLE_NAME,
           (before->>'lease_until')::timestamptz - clock_timestamp()));
       END IF;
       FOREACH name IN ARRAY TG_ARGV[1:] LOOP
         at := written->>name;
         IF at IS DISTINCT FROM (before->>name)::timestamptz AND isfinite(at)
           AND NOT at BETWEEN clock_timestamp() - ${NEAR} AND clock_timestamp() + ${NEAR} THEN
           INSERT INTO wrong_times VALUES (format('%s of %s is off by %s', name, TG_TABLE_NAME, at - clock_timestamp()));
         END IF;
       END LOOP;
       RETURN NULL;
     END $$`,
  );
  for (const [table, { token = '', times }] of tablesOf(service)) {
    await bench.query(
      service,
      `CREATE TRIGGER note_wrong_times AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW
       EXECUTE FUNCTION note_wrong_times('${token}', ${times.map((name) => `'${name}'`).join(', ')})`,
    );
  }
}

const tablesOf = (service: Service) => Object.entries({ ...TIMES.all, ...TIMES[service as keyof typeof TIMES] });

/** What was noted, each kind once. */
export const wrongTimes = async (bench: FaultBench, service: Service): Promise<string[]> =>
  (await bench.query<{ what: string }>(service, 'SELECT DISTINCT ON (left(what, 30)) what FROM wrong_times')).map(
    ({ what }) => `${service}: ${what}`,
  );

import type { Service } from '@calendar-sync/local-stack';
import type { FaultBench } from './fault-bench';

/** From now on the service's database notes every number of a key that a consumer takes although it has taken it before. */
export async function noteRepeats(bench: FaultBench, service: Service): Promise<void> {
  await bench.query(service, 'CREATE TABLE taken_again (what text NOT NULL)');
  await bench.query(
    service,
    `CREATE FUNCTION note_taken_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO taken_again VALUES (format('%s of %s on %s', NEW.last_sequence, NEW.key, NEW.topic));
       RETURN NULL;
     END $$`,
  );
  await bench.query(
    service,
    `CREATE TRIGGER note_taken_again AFTER UPDATE ON consumer_sequences FOR EACH ROW
     WHEN (NEW.epoch = OLD.epoch AND NEW.last_sequence <= OLD.last_sequence
       AND NEW.gap_asked_at IS NOT DISTINCT FROM OLD.gap_asked_at)
     EXECUTE FUNCTION note_taken_again()`,
  );
}

export const repeats = async (bench: FaultBench, service: Service): Promise<string[]> =>
  (await bench.query<{ what: string }>(service, 'SELECT what FROM taken_again')).map(
    ({ what }) => `${service} took ${what} again`,
  );

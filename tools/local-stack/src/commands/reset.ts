import { rmSync } from 'node:fs';
import { kafkaBroker, postgresServer } from '@calendar-sync/test-infrastructure';
import { runningLauncher } from '../launcher-lock';
import { endOrphans } from '../services/orphans';
import { databaseVariable, services } from '../services/services';
import { Refusal } from '../settings/settings';
import { type Context, write } from './context';

/** `npm run reset`: forgets everything that local stacks kept; fetched Kafka jars stay. Refuses while one runs. */
export async function reset({ directory, settings }: Context): Promise<number> {
  const launcher = runningLauncher(directory);
  if (launcher !== undefined) {
    throw new Refusal(`The local stack is running (process ${launcher}): end it first.`);
  }
  await endOrphans(directory, write);
  await kafkaBroker(directory.kafka).stop();
  await postgresServer(directory.postgres, { password: '' }).kill();
  for (const path of [
    directory.postgres,
    directory.kafka,
    directory.simulator,
    directory.run,
    directory.logs,
    directory.secrets,
  ]) {
    rmSync(path, { recursive: true, force: true });
  }
  write('The local stack is empty: databases, topics, secrets, logs and the simulator are gone.');
  const others = ['POSTGRES_URL', 'KAFKA_BROKERS', ...services.map(databaseVariable)].filter((name) => settings[name]);
  if (others.length > 0) {
    write(
      `What lies on servers of your own stays (${others.join(', ')}): its secrets are gone, so empty those as well.`,
    );
  }
  return 0;
}

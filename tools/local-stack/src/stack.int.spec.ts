import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createKafka } from '@calendar-sync/kafka';
import { isRunning, startTestDatabase, testDirectory } from '@calendar-sync/test-infrastructure';
import { createOwnDatabases, ownUrl, withClient } from './servers/databases';
import { startStack } from './stack';

const ignore = () => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

describe('databases of one role each', () => {
  const suffix = randomBytes(4).toString('hex');
  const [ours, theirs] = ['ours', 'theirs'].map((name) => ({ name: `${name}_${suffix}`, password: `pw-${name}` })) as [
    { name: string; password: string },
    { name: string; password: string },
  ];

  it('let a role do everything in its own and nothing in another one', async () => {
    const { url } = await startTestDatabase();
    await createOwnDatabases(url, [ours, theirs]);
    await withClient(ownUrl(url, theirs), (client) => client.query('create table secrets as select 1'));
    await withClient(ownUrl(url, ours), (client) => client.query('create table mine ()'));

    const elsewhere = new URL(ownUrl(url, ours));
    elsewhere.pathname = `/${theirs.name}`;
    await expect(withClient(elsewhere.href, (client) => client.query('select * from secrets'))).rejects.toThrow(
      'permission denied for database',
    );
  });

  it('are made again without harm, with the password of now', async () => {
    const { url } = await startTestDatabase();
    await createOwnDatabases(url, [{ ...ours, password: 'pw-new' }]);
    await expect(withClient(ownUrl(url, ours), () => Promise.resolve())).rejects.toThrow('password');
    await withClient(ownUrl(url, { ...ours, password: 'pw-new' }), (client) => client.query('select from mine'));
  });
});

describe('a stack', () => {
  const plain = { services: [], simulator: false, partitions: 1, durable: false, ports: 'free' } as const;

  it('takes over the Postgres and the Kafka of a launcher that was killed, with all they hold', async () => {
    const dir = testDirectory('stack');
    const killed = await startStack({ ...plain, dir });
    const [postgres, kafka] = [killed.postgres!.pid!, killed.kafka!.pid!];
    await withClient(killed.databaseUrl('sync'), (client) => client.query('create table kept ()'));
    expect(inspect(killed, { depth: 9, showHidden: true })).not.toContain(killed.secrets.postgresPassword);

    const next = await startStack({
      ...plain,
      dir,
      env: { POSTGRES_PORT: String(killed.postgres!.port), KAFKA_PORT: killed.brokers[0]!.split(':')[1]! },
    });
    expect([next.postgres!.pid, next.kafka!.pid]).toEqual([postgres, kafka]);
    await withClient(next.databaseUrl('sync'), (client) => client.query('select from kept'));
    const admin = createKafka({ brokers: [...next.brokers], clientId: 'test', logger }).admin();
    await admin.connect();
    expect(await admin.listTopics()).toEqual(
      expect.arrayContaining(['sync.calendar-entries.v1', 'gateway.commands.v1', 'sync.calendars.v1.replay.gateway']),
    );
    await admin.disconnect();

    await next.stop();
    expect([isRunning(postgres), isRunning(kafka)]).toEqual([false, false]);
  }, 300_000);

  it('names the variable of a port that is taken, and leaves nothing running', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const dir = testDirectory('stack');
    const starting = startStack({ ...plain, dir, env: { KAFKA_PORT: String(port) } });
    await expect(starting).rejects.toThrow(`Port ${port} is taken by another program: end it, or set KAFKA_PORT`);
    expect(existsSync(join(dir, 'postgres/data/PG_VERSION'))).toBe(true);
    expect(existsSync(join(dir, 'postgres/data/postmaster.pid'))).toBe(false);
    taken.close();
  });

  it('says which of the servers that it was pointed at does not answer', async () => {
    const starting = startStack({
      ...plain,
      dir: testDirectory('stack'),
      env: { KAFKA_BROKERS: '127.0.0.1:1', POSTGRES_URL: (await startTestDatabase()).url },
    });
    await expect(starting).rejects.toThrow('KAFKA_BROKERS: no Kafka answers there.');
  });
});

import { Client } from 'pg';
import type { Message } from '@calendar-sync/contracts-envelope';
import { calendarEntries } from '@calendar-sync/contracts-sync';
import { eventually } from '@calendar-sync/test-infrastructure';
import type { SimulatedPerson } from './clients/simulator.client';
import { stackCommand } from './clients/stack-command';
import { readTopics } from './clients/topic.reader';
import { converged } from './flow/convergence';
import { startTestStack, type TestStack } from './flow/test-stack';

const WINDOW = { from: '2026-11-01T00:00:00Z', to: '2027-02-01T00:00:00Z' };
const DATABASE = 'calendar_sync_sync';
const COPY = 'older_copy_of_sync';
const at = (time: string) => ({ dateTime: `2026-12-07T${time}:00+01:00` });

let running: TestStack;
let ada: SimulatedPerson;

beforeAll(async () => {
  running = await startTestStack({ people: 2, entriesPerPerson: 20, seed: 12 });
  [ada] = running.people as [SimulatedPerson];
  await allConverged();
}, 180_000);

afterAll(async () => {
  await running?.stack.stop();
}, 60_000);

const allConverged = () => converged(running.stack, running.simulator, running.people, WINDOW, 120_000);

const write = (summary: string) => running.simulator.insert(ada, { summary, start: at('10:00'), end: at('11:00') });

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: running.stack.postgres!.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const readinessOfSync = async (): Promise<string> => (await fetch(`${running.stack.urls.sync}/health/ready`)).text();

const parkedNow = () => stackCommand(running.stack, 'parked');

/** Numbers that stand for more than one message. */
function numbersOfTwo(messages: readonly Message[]): string[] {
  const ids = new Map<string, string>();
  return messages.flatMap(({ key, epoch, sequence, id }) => {
    const number = `${key} ${epoch} ${sequence}`;
    const first = ids.get(number) ?? id;
    ids.set(number, first);
    return first === id ? [] : [number];
  });
}

test('a service whose database is put back from an older copy publishes nothing until it is told, and then everybody has the truth again', async () => {
  const { stack, simulator } = running;
  const changedLater = await write('Changed after the copy');
  const deletedLater = await write('Deleted after the copy');
  await allConverged();
  await stack.kill('sync', 'SIGTERM');
  await asSuperuser(`CREATE DATABASE ${COPY} TEMPLATE ${DATABASE}`);
  await stack.start('sync');

  const cameAndWent = await write('Came and went after the copy');
  await write('Came after the copy');
  await simulator.patch(ada, changedLater.id, { summary: 'Was changed' });
  await simulator.delete(ada, deletedLater.id);
  await allConverged();

  await stack.kill('sync', 'SIGTERM');
  await simulator.delete(ada, cameAndWent.id);
  await asSuperuser(
    `DROP DATABASE ${DATABASE} WITH (FORCE)`,
    `CREATE DATABASE ${DATABASE} TEMPLATE ${COPY} OWNER ${DATABASE}`,
  );
  const topic = await readTopics(stack.brokers);
  try {
    const starting = stack.start('sync');
    await eventually(async () => expect(await readinessOfSync()).toContain('restored from an older copy'), {
      timeoutMs: 60_000,
    });
    expect(await stackCommand(stack, 'restored', 'sync')).toMatch(
      /epoch 2 has begun[^]*\d+ messages[^]*calendars are listed in full[^]*taken back/,
    );
    await starting;
    await allConverged();
    await eventually(() => topic.messages(calendarEntries).some(({ epoch }) => epoch === 2));
    expect(numbersOfTwo(topic.messages(calendarEntries))).toEqual([]);
  } finally {
    await topic.close();
  }
  await eventually(async () => expect(await parkedNow()).toContain('Nothing is parked.'), { timeoutMs: 60_000 });
}, 400_000);

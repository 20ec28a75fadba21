import { createKafka } from '@calendar-sync/kafka';
import type { Consumer } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { signToken } from '../people/token';
import { simulatorAdmin } from '../people/simulator';
import { urlOf } from '../services/process-definitions';
import { Refusal } from '../settings/settings';
import { type Context, requireSecrets, write } from './context';
import { settingsOfStack } from './settings-of-stack';

const LIMIT_MS = 30_000;
const topics = {
  'webhook-ingestion.calendar-changes.v1': 'push verified and published by webhook-ingestion',
  'sync.calendar-entries.v1': 'change fetched and published by sync',
  'meeting-extraction.meetings.v1': 'meeting published by meeting-extraction',
} as const;

type Legs = [words: string, milliseconds: number | undefined][];

/**
 * `npm run demo`: writes a meeting into a simulated Google calendar and shows when each part of the product had it.
 * With `times` it does so again and again, one after the other, and shows the median and the slowest of each leg.
 */
export async function demo(
  { user, times = '1' }: { user?: string; times?: string },
  context: Context,
): Promise<number> {
  const rounds = Number(times);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Refusal('--times is a whole number from 1.');
  const secrets = requireSecrets(context);
  const settings = await settingsOfStack(context);
  const simulator = `http://127.0.0.1:${settings['SIMULATOR_PORT']}`;
  const account = await someone(simulator, user);
  const owner = account.email.split('@')[0]!;
  const token = await signToken({ user: owner }, secrets, context.settings);
  const google = await googleCalendar(simulator, account.refreshToken);
  const prefix = settings['TOPIC_PREFIX'] ?? '';
  const published: { topic: string; value: string; at: number }[] = [];
  const listener = await listen(
    (settings['KAFKA_BROKERS'] ?? '').split(','),
    Object.keys(topics).map((topic) => prefix + topic),
    (topic, value) => published.push({ topic: topic.slice(prefix.length), value, at: Date.now() }),
  );
  const api = `${urlOf('gateway', settings)}/api/v1/calendar`;
  const window = `from=${encodeURIComponent(day(0))}&to=${encodeURIComponent(day(3))}&limit=500`;
  const written: string[] = [];
  const oneChange = async (title: string): Promise<Legs> => {
    const began = Date.now();
    written.push(await google.insert(title));
    const answered = Date.now();
    // The push says only that something changed; the others carry the title.
    const seenOn = (topic: string) =>
      published.find(
        (one) =>
          one.topic === topic &&
          one.at >= began &&
          (topic.startsWith('webhook-ingestion') || one.value.includes(title)),
      )?.at;
    const [entry, meeting] = await Promise.all([
      until(() => shows(`${api}/entries/${owner}?${window}`, token, title)),
      until(() => shows(`${api}/meetings/${owner}?${window}`, token, title)),
    ]);
    await until(async () => (Object.keys(topics).every(seenOn) ? true : undefined), 2_000);
    const since = (at: number | undefined) => (at === undefined ? undefined : at - began);
    return [
      ['Google has answered the write', since(answered)],
      ...Object.entries(topics).map(([topic, words]): Legs[number] => [words, since(seenOn(topic))]),
      ['GET …/entries shows it', since(entry)],
      ['GET …/meetings shows it', since(meeting)],
    ];
  };
  try {
    const runs: Legs[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const title = `Demo ${new Date().toISOString()}`;
      if (rounds === 1) write(`${owner}: a meeting "${title}" is written into the calendar at Google …`);
      else if (round % 10 === 1) write(`${owner}: change ${round} of ${rounds} …`);
      runs.push(await oneChange(title));
    }
    show(runs);
    return runs.flat().some(([, at]) => at === undefined) ? 1 : 0;
  } finally {
    for (const id of written) await google.remove(id);
    await listener.disconnect();
  }
}

function show(runs: readonly Legs[]): void {
  const legs = runs[0]!.map(([words], leg) => ({ words, times: runs.map((run) => run[leg]![1]) }));
  const width = Math.max(...legs.map(({ words }) => words.length));
  if (runs.length > 1) write(`  ${''.padEnd(width)}     median    slowest`);
  for (const { words, times } of legs) {
    const known = times.filter((time) => time !== undefined).sort((a, b) => a - b);
    const figures = runs.length === 1 ? [known[0]] : [known[Math.floor(known.length / 2)], known.at(-1)];
    const missed = times.length - known.length;
    const shown = known.length === 0 ? [] : figures.map((time) => `${String(time).padStart(6)} ms`);
    write(`  ${[words.padEnd(width), ...shown, ...(missed > 0 ? [`not seen ${missed} times`] : [])].join('  ')}`);
  }
}

async function someone(simulator: string, user: string | undefined) {
  const accounts = await simulatorAdmin(simulator)
    .accounts()
    .catch(() => {
      throw new Refusal('The simulator does not answer: is `npm start` running, and with the simulator?');
    });
  const account = user === undefined ? accounts[0] : accounts.find(({ email }) => email.split('@')[0] === user);
  if (account === undefined) throw new Refusal(`The simulator has no ${user ?? 'accounts'}.`);
  return account;
}

async function googleCalendar(simulator: string, refreshToken: string) {
  const granted = await fetch(`${simulator}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: 'local-stack',
      client_secret: 'local-stack',
    }),
  });
  if (!granted.ok) throw new Error(`the simulator granted no access token (${granted.status})`);
  const { access_token: accessToken } = (await granted.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const events = `${simulator}/calendar/v3/calendars/primary/events`;
  return {
    insert: async (summary: string): Promise<string> => {
      const answer = await fetch(events, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          summary,
          location: 'https://zoom.us/j/98765432101?pwd=demo',
          start: { dateTime: inHours(24) },
          end: { dateTime: inHours(25) },
          attendees: [{ email: 'guest@example.org' }],
        }),
      });
      if (!answer.ok) throw new Error(`the simulator refused the meeting (${answer.status})`);
      return ((await answer.json()) as { id: string }).id;
    },
    remove: async (id: string) => void (await fetch(`${events}/${id}`, { method: 'DELETE', headers })),
  };
}

/** Reads topics from now on, with a group of its own that is gone afterwards. */
async function listen(
  brokers: string[],
  names: string[],
  onMessage: (topic: string, value: string) => void,
): Promise<Consumer> {
  const ignore = () => undefined;
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const kafka = createKafka({ brokers, clientId: 'demo', logger });
  const consumer = kafka.consumer({ groupId: `demo-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: names, fromBeginning: false });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, message }) => onMessage(topic, message.value?.toString() ?? ''),
  });
  await joined;
  // Where to begin is asked for after the join, one request per partition leader.
  await delay(500);
  return consumer;
}

async function shows(url: string, token: string, title: string): Promise<number | undefined> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status === 400) throw new Error(`the gateway refused the question: ${await answer.text()}`);
  return (await answer.text()).includes(title) ? Date.now() : undefined;
}

async function until<T>(check: () => Promise<T | undefined>, limitMs = LIMIT_MS): Promise<T | undefined> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const result = await check();
    if (result !== undefined) return result;
    await delay(20);
  }
  return undefined;
}

const day = (ahead: number) => `${new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

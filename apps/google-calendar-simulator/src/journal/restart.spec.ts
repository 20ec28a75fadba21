import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Simulator, startSimulator } from '../simulator';
import { admin, at, client, type Person, person, pull, refusal } from '../testing/connect';

let directory: string;
let running: Simulator | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(directory, { recursive: true });
});

async function start(): Promise<Simulator> {
  await running?.close();
  running = await startSimulator({ dataDirectory: directory });
  return running;
}

const event = (summary: string) => ({ summary, start: at('2026-12-01T10:00:00'), end: at('2026-12-01T11:00:00') });
const add = async ({ api }: Pick<Person, 'api'>, summary: string) =>
  (await api.events.insert({ calendarId: 'primary', requestBody: event(summary) })).data;

describe('a restarted simulator', () => {
  it('still knows accounts, events, tokens and channels', async () => {
    const { url } = await start();
    const ada = await person(url, 'ada@example.com');
    const before = await add(ada, 'before');
    const { syncToken = '' } = await pull(ada.api);
    const channel = { id: 'channel-1', type: 'web_hook', address: 'http://127.0.0.1:9/hook' };
    const { data: opened } = await ada.api.events.watch({ calendarId: 'primary', requestBody: channel });
    const again = await start();
    const api = client(again.url, ada.refreshToken);
    const after = await add({ api }, 'after');
    expect(after.id).not.toBe(before.id);
    expect((await pull(api, { syncToken })).items.map(({ summary }) => summary)).toEqual(['after']);
    expect((await pull(api)).items.map(({ summary }) => summary)).toEqual(['before', 'after']);
    expect(await refusal(api.events.watch({ calendarId: 'primary', requestBody: channel }))).toMatchObject({
      reason: 'channelIdNotUnique',
    });
    expect((await api.channels.stop({ requestBody: { id: opened.id, resourceId: opened.resourceId } })).status).toBe(
      204,
    );
  });

  it('loses the request that a kill cut off in the journal, and only that', async () => {
    const { url } = await start();
    const ada = await person(url, 'ada@example.com');
    await add(ada, 'whole');
    await running?.close();
    running = undefined;
    appendFileSync(join(directory, 'journal.jsonl'), '{"counter":99,"writes":[["event/ada@example.com","torn",{"ordi');
    const again = await start();
    const api = client(again.url, ada.refreshToken);
    await add({ api }, 'next');
    const last = await start();
    const { items } = await pull(client(last.url, ada.refreshToken));
    expect(items.map(({ summary }) => summary)).toEqual(['whole', 'next']);
  });
});

describe('the process', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  /** The program itself, from its sources: types are taken off as it loads. */
  async function launch(): Promise<string> {
    const launched = spawn(
      process.execPath,
      ['--no-warnings', join(__dirname, '..', 'testing', 'launch.mjs'), '--port', '0', '--data', directory],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child = launched;
    for await (const line of createInterface({ input: launched.stdout })) {
      const url = /^listening on (http:\S+)$/.exec(line)?.[1];
      if (url !== undefined) return url;
    }
    throw new Error('It did not start');
  }

  const gone = (process: ChildProcess) =>
    new Promise<number | null>((resolve) => process.once('exit', (code) => resolve(code)));

  it('keeps every answered write over kill -9', async () => {
    const url = await launch();
    const ada = await person(url, 'ada@example.com');
    const answered: (string | null | undefined)[] = [];
    const ended = child && gone(child);
    const writing = (async () => {
      for (let number = 0; ; number++) answered.push((await add(ada, `m${number}`)).id);
    })().catch(() => undefined);
    while (answered.length < 20) await new Promise((resolve) => setImmediate(resolve));
    child?.kill('SIGKILL');
    await Promise.all([ended, writing]);
    const items = (await pull(client(await launch(), ada.refreshToken), { maxResults: 2500 })).items;
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
    expect(items.length - answered.length).toBeLessThanOrEqual(1);
  });

  it('ends by itself on SIGTERM, also with a call that hangs', async () => {
    const url = await launch();
    await admin(url, 'PUT', '/admin/faults', { hang: true });
    const hanging = fetch(`${url}/calendar/v3/colors`).catch(() => 'cut');
    const ended = child && gone(child);
    child?.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await hanging).toBe('cut');
  });
});

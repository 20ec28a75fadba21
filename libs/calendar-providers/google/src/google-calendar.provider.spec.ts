import { calendarProviderConformance, type ProviderBench } from '@calendar-sync/calendar-providers-port';
import { startSimulator, type Switches } from '@calendar-sync/google-calendar-simulator';
import { GoogleCalendarProvider } from './google-calendar.provider';

const EMAIL = 'ada@example.com';

async function startBench(): Promise<ProviderBench & { calls: string[]; simulator: string }> {
  const simulator = await startSimulator();
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(simulator.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const { sub, refreshToken } = await ask('POST', '/admin/accounts', { email: EMAIL, timeZone: 'Europe/Berlin' });
  const form = await fetch(`${simulator.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: 'c',
      client_secret: 's',
    }),
  });
  const { access_token } = (await form.json()) as { access_token: string };
  const events = `/calendar/v3/calendars/${encodeURIComponent(EMAIL)}/events`;
  const own = { authorization: `Bearer ${access_token}` };
  const at = (hour: number) => ({ dateTime: `2026-11-23T${hour}:00:00+01:00`, timeZone: 'Europe/Berlin' });
  const fault = (switches: Switches) => ask('PATCH', '/admin/faults', switches);
  const calls: string[] = [];
  const provider = new GoogleCalendarProvider(
    {
      clientId: 'c',
      clientSecret: 's',
      rootUrl: `${simulator.url}/`,
      tokenUrl: `${simulator.url}/token`,
      revokeUrl: `${simulator.url}/revoke`,
      timeoutMs: 5000,
    },
    ({ method, outcome }) => calls.push(`${method} ${outcome}`),
  );
  return {
    provider,
    calls,
    simulator: simulator.url,
    credentials: { refreshToken },
    account: sub,
    providerCalendarId: EMAIL,
    address: 'http://127.0.0.1:9/webhooks/google',
    addEntry: async (summary) => (await ask('POST', events, { summary, start: at(12), end: at(13) }, own)).id,
    addSeries: async (summary) => {
      const { id } = await ask(
        'POST',
        events,
        { summary, start: at(10), end: at(11), recurrence: ['RRULE:FREQ=DAILY'] },
        own,
      );
      return {
        seriesId: id,
        cancelOneInstance: async () => {
          await ask('DELETE', `${events}/${id}_20261124T090000Z`, undefined, own);
        },
      };
    },
    deleteEntry: (id) => ask('DELETE', `${events}/${id}`, undefined, own),
    make: {
      pagesSmallAndSometimesEmpty: () => fault({ emptyPages: true }),
      theCursorExpire: () => fault({ expireSyncTokens: true }),
      theGrantDie: () => fault({ invalidGrant: true }),
      theUserRunOutOfCalls: (retryAfter) =>
        fault({ errors: [{ method: 'events.list', status: 403, reason: 'userRateLimitExceeded', retryAfter }] }),
      theServerFail: () => fault({ errors: [{ method: 'events.list', status: 503, html: true }] }),
      theAnswerBreakOff: () => fault({ truncate: { method: 'events.list' } }),
      theCalendarDisappear: () => fault({ calendarNotFound: true }),
      pushUnsupported: () => fault({ pushNotSupported: true }),
    },
    close: () => simulator.close(),
  };
}

calendarProviderConformance('google', startBench);

describe('the Google adapter beyond the port', () => {
  let bench: Awaited<ReturnType<typeof startBench>>;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.close());

  const requested = async (operation: string) => {
    const { requests } = (await (await fetch(`${bench.simulator}/admin/requests`)).json()) as {
      requests: { operation: string }[];
    };
    return requests.filter((request) => request.operation.endsWith(operation)).length;
  };
  const pull = async () => {
    for await (const page of bench.provider.changesSince(bench.credentials, EMAIL, {})) void page;
  };

  test('one access token serves many calls', async () => {
    await pull();
    await pull();
    // One refresh was the test's own.
    expect(await requested('oauth.token')).toBe(2);
  });

  test('an access token that Google stopped accepting is replaced once, unseen by the caller', async () => {
    await pull();
    await fetch(`${bench.simulator}/admin/faults`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ errors: [{ method: 'events.list', status: 401, reason: 'authError', times: 1 }] }),
    });
    await pull();
    expect(bench.calls).toEqual(['events.list ok', 'events.list ok']);
  });

  test('calls are reported by outcome and not repeated behind our back', async () => {
    await bench.make.theServerFail();
    await expect(pull()).rejects.toMatchObject({ code: 'ProviderUnavailable' });
    expect(bench.calls).toEqual(['events.list ProviderUnavailable']);
    expect(await requested('events.list')).toBe(1);
  });

  test('an answer that is huge once it is unpacked is given up before all of it is held', async () => {
    await fetch(`${bench.simulator}/admin/faults`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ hugeBody: { method: 'events.list' } }),
    });
    await expect(pull()).rejects.toMatchObject({ code: 'ProviderUnavailable' });
  });

  test('a cursor of another query is of no more use', async () => {
    const pages: string[] = [];
    for await (const page of bench.provider.changesSince(bench.credentials, EMAIL, {}))
      if (page.nextCursor !== undefined) pages.push(page.nextCursor);
    const syncToken = pages[0]!.slice(pages[0]!.indexOf('.') + 1);
    const since = bench.provider.changesSince(bench.credentials, EMAIL, { cursor: syncToken })[Symbol.asyncIterator]();
    await expect(since.next()).rejects.toMatchObject({ code: 'CursorExpired' });
  });

  test("a client that Google refuses ends nobody's grant", async () => {
    await fetch(`${bench.simulator}/admin/faults`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ invalidClient: true }),
    });
    await expect(pull()).rejects.toMatchObject({ code: 'ClientRefused' });
  });
});

/** One account of the simulated Google, changed through Google's own API. */
export interface GoogleAccount {
  email: string;
  sub: string;
  refreshToken: string;
  headers: Record<string, string>;
  /** Google's ids of its calendars. */
  calendars: string[];
  add(event: object, calendarId?: string): Promise<{ id: string }>;
  patch(eventId: string, changes: object, calendarId?: string): Promise<void>;
  remove(eventId: string, calendarId?: string): Promise<void>;
}

export interface SimulatedGoogle {
  url: string;
  account(email: string): Promise<GoogleAccount>;
  faults(switches: object): Promise<void>;
  noFaults(): Promise<void>;
  /** Calls that ended, by the end of the method's name. */
  calls(operation: string): Promise<number>;
  /** Lets an account see another's calendar; on its list only once it subscribes. */
  share(withEmail: string, calendarId: string, role: string): Promise<void>;
  subscribe(account: GoogleAccount, calendarId: string): Promise<void>;
  unsubscribe(account: GoogleAccount, calendarId: string): Promise<void>;
  channels(): Promise<{ id: string; state: string }[]>;
}

export function simulatedGoogle(url: string): SimulatedGoogle {
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as unknown);
  };
  return {
    url,
    async account(email) {
      const created = (await ask('POST', '/admin/accounts', { email, timeZone: 'Europe/Zurich' })) as {
        sub: string;
        refreshToken: string;
        calendars: { id: string }[];
      };
      const form = await fetch(`${url}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: created.refreshToken,
          client_id: 'test',
          client_secret: 'test',
        }),
      });
      const { access_token } = (await form.json()) as { access_token: string };
      const own = { authorization: `Bearer ${access_token}` };
      const events = (calendarId = email) => `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;
      return {
        email,
        headers: own,
        sub: created.sub,
        refreshToken: created.refreshToken,
        calendars: created.calendars.map(({ id }) => id),
        add: async (event, calendarId) => (await ask('POST', events(calendarId), event, own)) as { id: string },
        patch: async (id, changes, calendarId) =>
          void (await ask('PATCH', `${events(calendarId)}/${id}`, changes, own)),
        remove: async (id, calendarId) => void (await ask('DELETE', `${events(calendarId)}/${id}`, undefined, own)),
      };
    },
    faults: async (switches) => void (await ask('PATCH', '/admin/faults', switches)),
    noFaults: async () => void (await ask('DELETE', '/admin/faults')),
    calls: async (operation) => {
      const { requests } = (await ask('GET', '/admin/requests')) as { requests: { operation: string }[] };
      return requests.filter((request) => request.operation.endsWith(operation)).length;
    },
    share: async (email, calendarId, role) => void (await ask('POST', '/admin/access', { email, calendarId, role })),
    subscribe: async ({ headers }, id) =>
      void (await ask('POST', '/calendar/v3/users/me/calendarList', { id }, headers)),
    unsubscribe: async ({ headers }, id) =>
      void (await ask('DELETE', `/calendar/v3/users/me/calendarList/${encodeURIComponent(id)}`, undefined, headers)),
    channels: async () => ((await ask('GET', '/admin/channels')) as { items: { id: string; state: string }[] }).items,
  };
}

export const meeting = (summary: string, day = 23, more: object = {}) => ({
  summary,
  start: { dateTime: `2026-11-${day}T10:00:00+01:00`, timeZone: 'Europe/Zurich' },
  end: { dateTime: `2026-11-${day}T11:00:00+01:00`, timeZone: 'Europe/Zurich' },
  ...more,
});

import { httpClient } from './http.client';
import type { TrueInstance } from '../comparison/instance';
import { fetchAlone } from './fetch-alone';

export interface SimulatedPerson {
  email: string;
  user: string;
  refreshToken: string;
  calendars: { id: string; summary: string }[];
}

/** A notification channel as the provider knows it; times are milliseconds since 1970. */
export interface SimulatedChannel {
  id: string;
  resourceId: string;
  calendarId?: string;
  email: string;
  state: 'live' | 'stopped' | 'expired' | 'forgotten';
  opened: number;
  expiration: number;
  stoppedAt?: number;
  deliveries: { at: number; messageNumber: number; state: 'sync' | 'exists'; attempts: number; outcome: string }[];
}

/** A call that the provider got, and how it ended; noted with its answer. */
export interface ProviderRequest {
  number: number;
  /** When it was answered. */
  at: string;
  operation: string;
  account?: string;
  calendarId?: string;
  status: number;
  reason?: string;
  /** How long the answer took. */
  ms: number;
}

/** The provider: its admin side, and its calendars as their owners use them. */
export function simulatorClient(url: string) {
  const http = httpClient(url);
  const tokens = new Map<string, string>();

  const asOwner = async (person: SimulatedPerson) => {
    let token = tokens.get(person.email);
    if (token === undefined) {
      const answer = await fetchAlone(`${url}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: person.refreshToken,
          client_id: 'owner',
          client_secret: 'owner',
        }),
      });
      token = ((await answer.json()) as { access_token: string }).access_token;
      tokens.set(person.email, token);
    }
    return { authorization: `Bearer ${token}` };
  };
  const events = (person: SimulatedPerson, id = '') =>
    `/calendar/v3/calendars/${encodeURIComponent(person.email)}/events${id && `/${encodeURIComponent(id)}`}`;

  return {
    /** Around a day, which is today where it isn't said: with the seed it decides everything. */
    seed: async (
      people: number,
      entriesPerPerson: number,
      seed: number,
      today?: string,
    ): Promise<SimulatedPerson[]> => {
      const { items } = await http.post<{ items: Omit<SimulatedPerson, 'user'>[] }>('/admin/seed', {
        people,
        entriesPerPerson,
        seed,
        ...(today !== undefined && { today }),
      });
      return items.map((item) => ({ ...item, user: item.email.split('@')[0]! }));
    },
    /** Somebody new, with a calendar that is empty. */
    addPerson: async (email: string): Promise<SimulatedPerson> => ({
      ...(await http.post<Omit<SimulatedPerson, 'user'>>('/admin/accounts', { email })),
      user: email.split('@')[0]!,
    }),
    mutate: (accounts: readonly string[], count: number, seed: number, today?: string) =>
      http.post<{ items: unknown[] }>('/admin/mutations', {
        accounts,
        count,
        seed,
        ...(today !== undefined && { today }),
      }),
    setFaults: (switches: object) => http.put('/admin/faults', switches),
    clearFaults: () => http.delete('/admin/faults'),
    truth: async (email: string, from: string, to: string): Promise<TrueInstance[]> =>
      (
        await http.get<{ items: TrueInstance[] }>(
          `/admin/truth/${encodeURIComponent(email)}?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
        )
      ).items,
    channels: async () => (await http.get<{ items: SimulatedChannel[] }>('/admin/channels')).items,
    /** Counts are of all requests; the list is of those after the given number, ten thousand at most. */
    requests: (since = 0) =>
      http.get<{ last: number; counts: Record<string, Record<string, number>>; requests: ProviderRequest[] }>(
        `/admin/requests?since=${since}`,
      ),
    /** From now on the channel is silent, and nobody is told. */
    forgetChannel: (id: string) => http.delete(`/admin/channels/${encodeURIComponent(id)}`),
    addCalendar: async (person: SimulatedPerson, summary: string) =>
      http.post<{ id: string }>('/calendar/v3/calendars', { summary }, await asOwner(person)),
    insert: async (person: SimulatedPerson, event: object) =>
      http.post<{ id: string }>(events(person), event, await asOwner(person)),
    patch: async (person: SimulatedPerson, id: string, event: object) =>
      http.patch<{ id: string }>(events(person, id), event, await asOwner(person)),
    /** "This and following", of an occurrence. */
    split: (person: SimulatedPerson, eventId: string, changes: object) =>
      http.post('/admin/split', { account: person.email, eventId, changes }),
    delete: async (person: SimulatedPerson, id: string) => http.delete(events(person, id), await asOwner(person)),
  };
}

export type SimulatorClient = ReturnType<typeof simulatorClient>;

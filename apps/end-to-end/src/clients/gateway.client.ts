import { signToken, type Stack } from '@calendar-sync/local-stack';
import type { ServedInstance } from '../comparison/instance';
import { httpClient } from './http.client';
import type { SimulatedPerson } from './simulator.client';

export interface Operation {
  operationId: string;
  status: string;
}

export interface HistoryItem {
  what: string;
  sequence: number;
  summary: string;
  learnedAt: string;
}

export interface ServedMeeting {
  meetingId: string;
  entryId: string;
  seriesId?: string;
  title?: string;
  start: { dateTime?: string; date?: string };
  join?: { url: string };
  reasons: string[];
  why?: { code: string; sentence: string }[];
}

interface Page<Item> {
  items: Item[];
  nextPageToken?: string;
}

/** The public API, as one of its users calls it; at `origin` where something stands before the gateway. */
export function gatewayClient(stack: Stack, user: string, origin: string = stack.urls.gateway) {
  let token: Promise<string> | undefined;
  const http = httpClient(`${origin}/api/v1/calendar`, async () => {
    token ??= signToken({ user }, stack.secrets, stack.settings);
    return { authorization: `Bearer ${await token}` };
  });
  const all = async <Item>(path: string, query: Record<string, string>): Promise<Item[]> => {
    const items: Item[] = [];
    let pageToken: string | undefined;
    do {
      const page = await http.get<Page<Item>>(
        `${path}?${new URLSearchParams({ ...query, ...(pageToken && { pageToken }) })}`,
      );
      items.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken);
    return items;
  };
  return {
    connect: (person: SimulatedPerson) =>
      http.post<Operation & { result?: { connectionId: string } }>(
        '/connections',
        { userId: user, provider: 'google', refreshToken: person.refreshToken },
        { prefer: 'wait=30' },
      ),
    connections: async () =>
      (await http.get<Page<{ connectionId: string; status: string }>>(`/connections/${user}`)).items,
    disconnect: (connectionId: string) => http.delete<Operation>(`/connections/${user}?connectionId=${connectionId}`),
    calendars: async () =>
      (await http.get<Page<{ calendarId: string; providerCalendarId: string; timeZone: string }>>(`/calendars/${user}`))
        .items,
    entries: (from: string, to: string) => all<ServedInstance & { entryId: string }>(`/entries/${user}`, { from, to }),
    meetings: (from: string, to: string) => all<ServedMeeting>(`/meetings/${user}`, { from, to }),
    history: (entryId: string) => all<HistoryItem>(`/entries/${user}/${entryId}/history`, {}),
    requestSync: (waitSeconds?: number) =>
      http.post<Operation>(`/sync/${user}`, undefined, waitSeconds ? { prefer: `wait=${waitSeconds}` } : {}),
    operation: (operationId: string) => http.get<Operation>(`/operations/${operationId}`),
    syncState: () => http.get<Page<{ calendarId: string; state: string }>>(`/sync/${user}`),
  };
}

export type GatewayClient = ReturnType<typeof gatewayClient>;

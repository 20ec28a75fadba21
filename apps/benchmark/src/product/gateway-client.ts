import { signToken, type Stack } from '@calendar-sync/local-stack';
import { jsonHttp } from './json-http';
import type { Person } from './simulated-google';

export interface ServedEntry {
  entryId: string;
  calendarId: string;
  title?: string;
  sequence: number;
}

/** The public API, as one of its users calls it. */
export class GatewayClient {
  private readonly http: ReturnType<typeof jsonHttp>;
  private readonly path: string;
  private headers: Promise<{ authorization: string }> | undefined;

  constructor(
    private readonly stack: Stack,
    private readonly user: string,
  ) {
    this.http = jsonHttp(`${stack.urls.gateway}/api/v1/calendar`);
    this.path = encodeURIComponent(user);
  }

  /** Gives back once the account is connected; its calendars are then still to be pulled. */
  async connect({ refreshToken }: Person): Promise<void> {
    const { status } = await this.http.post<{ status: string }>(
      '/connections',
      { userId: this.user, provider: 'google', refreshToken },
      { ...(await this.asUser()), prefer: 'wait=30' },
    );
    if (status !== 'succeeded') throw new Error(`connecting ${this.user}: ${status}`);
  }

  async calendars(): Promise<{ calendarId: string; providerCalendarId: string }[]> {
    const { items } = await this.http.get<{ items: { calendarId: string; providerCalendarId: string }[] }>(
      `/calendars/${this.path}`,
      await this.asUser(),
    );
    return items;
  }

  async syncState(): Promise<{ calendarId: string; state: string; lastSyncedAt?: string }[]> {
    const { items } = await this.http.get<{ items: { calendarId: string; state: string; lastSyncedAt?: string }[] }>(
      `/sync/${this.path}`,
      await this.asUser(),
    );
    return items;
  }

  async entries(query: { calendarId?: string; from: string; to: string; limit?: string }): Promise<ServedEntry[]> {
    const { items } = await this.http.get<{ items: ServedEntry[] }>(
      `/entries/${this.path}?${new URLSearchParams(query)}`,
      await this.asUser(),
    );
    return items;
  }

  /** Whether anything was heard of an entry. */
  async knows(entryId: string): Promise<boolean> {
    const answer = await fetch(
      `${this.stack.urls.gateway}/api/v1/calendar/entries/${this.path}/${entryId}/history?limit=1`,
      { headers: await this.asUser() },
    );
    await answer.arrayBuffer();
    if (answer.status !== 200 && answer.status !== 404) throw new Error(`history: ${answer.status}`);
    return answer.ok;
  }

  private asUser(): Promise<{ authorization: string }> {
    this.headers ??= signToken({ user: this.user }, this.stack.secrets, this.stack.settings).then((token) => ({
      authorization: `Bearer ${token}`,
    }));
    return this.headers;
  }
}

import { jsonHttp } from './json-http';

export interface Person {
  /** Also the user's name in the product. */
  email: string;
  /** Google's name for the account. */
  sub: string;
  refreshToken: string;
  calendars: { id: string; summary: string }[];
}

export interface GoogleEvent {
  id: string;
  updated: string;
  status: string;
  summary?: string;
  recurringEventId?: string;
  recurrence?: string[];
  start?: { dateTime?: string };
}

interface EventPage {
  items: GoogleEvent[];
  nextPageToken?: string;
}

/** The provider: its admin side, and its calendars as their owners use them. */
export class SimulatedGoogle {
  private readonly http: ReturnType<typeof jsonHttp>;
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(private readonly url: string) {
    this.http = jsonHttp(url);
  }

  /** What is measured is the product, not Google's quotas. */
  async withoutQuotas(): Promise<void> {
    await this.http.put('/admin/faults', { quotas: false });
  }

  /** People of a domain of their own, so that a second seed makes others. */
  async seed(people: number, entriesPerPerson: number, domain: string): Promise<Person[]> {
    const { items } = await this.http.post<{ items: Person[] }>('/admin/seed', {
      people,
      entriesPerPerson,
      seed: 1,
      domain,
    });
    return items;
  }

  async addCalendar(person: Person, summary: string): Promise<string> {
    const { id } = await this.http.post<{ id: string }>('/calendar/v3/calendars', { summary }, await this.as(person));
    return id;
  }

  async insert(person: Person, calendarId: string, event: object): Promise<GoogleEvent> {
    return this.http.post(events(calendarId), event, await this.as(person));
  }

  async patch(person: Person, calendarId: string, eventId: string, changes: object): Promise<GoogleEvent> {
    return this.http.patch(`${events(calendarId)}/${encodeURIComponent(eventId)}`, changes, await this.as(person));
  }

  /** The pages of a full listing, as their text, in the size that the product asks for. */
  async *pages(person: Person, calendarId: string): AsyncIterable<EventPage> {
    let pageToken: string | undefined;
    do {
      const query = new URLSearchParams({ maxResults: '2500', ...(pageToken !== undefined && { pageToken }) });
      const page = await this.http.get<EventPage>(`${events(calendarId)}?${query}`, await this.as(person));
      yield page;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  private async as(person: Person): Promise<{ authorization: string }> {
    let token = this.tokens.get(person.email);
    if (token === undefined) this.tokens.set(person.email, (token = this.accessToken(person)));
    return { authorization: `Bearer ${await token}` };
  }

  private async accessToken({ refreshToken }: Person): Promise<string> {
    const answer = await fetch(`${this.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: 'owner',
        client_secret: 'owner',
      }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}

const events = (calendarId: string) => `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;

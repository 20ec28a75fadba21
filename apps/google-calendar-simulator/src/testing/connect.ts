import { OAuth2Client } from 'google-auth-library';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar';

export type Client = calendar_v3.Calendar;
export type Item = calendar_v3.Schema$Event;

export interface Person {
  email: string;
  sub: string;
  refreshToken: string;
  api: Client;
  calendars: { id: string; summary: string }[];
}

interface AccountAnswer {
  email: string;
  sub: string;
  refreshToken: string;
  calendars: { id: string; summary: string }[];
}

export async function admin<T = unknown>(url: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Google's own client with nothing changed but where it calls. */
export function client(url: string, refreshToken: string): Client {
  const auth = new OAuth2Client({
    clientId: 'client',
    clientSecret: 'secret',
    endpoints: { oauth2TokenUrl: `${url}/token`, oauth2RevokeUrl: `${url}/revoke` },
  });
  auth.setCredentials({ refresh_token: refreshToken });
  return calendar({ version: 'v3', auth, rootUrl: `${url}/`, retry: false });
}

export async function person(url: string, email: string, more: object = {}): Promise<Person> {
  const account = await admin<AccountAnswer>(url, 'POST', '/admin/accounts', { email, ...more });
  return { ...account, api: client(url, account.refreshToken) };
}

/** The reason and status with which Google refuses. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; reason: string; message: string }> {
  try {
    await call;
  } catch (error) {
    const { response } = error as {
      response?: { status: number; data: { error: { errors: { reason: string; message: string }[] } } };
    };
    const first = response?.data.error.errors?.[0];
    if (response && first) return { status: response.status, reason: first.reason, message: first.message };
    throw error;
  }
  throw new Error('It was not refused');
}

export interface Pull {
  items: Item[];
  syncToken: string | undefined;
  pages: number;
}

/** A whole list, page by page, as every client must do it. */
export async function pull(api: Client, query: calendar_v3.Params$Resource$Events$List = {}): Promise<Pull> {
  const items: Item[] = [];
  let pageToken: string | undefined;
  for (let pages = 1; ; pages++) {
    const { data } = await api.events.list({
      calendarId: 'primary',
      ...query,
      ...(pageToken !== undefined && { pageToken }),
    });
    items.push(...(data.items ?? []));
    if (typeof data.nextPageToken === 'string') pageToken = data.nextPageToken;
    else return { items, syncToken: data.nextSyncToken ?? undefined, pages };
  }
}

/** The least that an incremental client does: replace by id, drop what is deleted together with its exceptions. */
export function fold(copy: Map<string, Item>, items: readonly Item[]): void {
  for (const item of items) {
    const id = item.id ?? '';
    if (item.status === 'cancelled' && !item.recurringEventId) {
      copy.delete(id);
      for (const [key, each] of copy) if (each.recurringEventId === id) copy.delete(key);
    } else copy.set(id, item);
  }
}

export const at = (dateTime: string, timeZone = 'Europe/Berlin') => ({ dateTime, timeZone });
export const on = (date: string) => ({ date });

/** Waits until something holds, checked again after every turn of the loop. */
export async function until<T>(question: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error('It never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

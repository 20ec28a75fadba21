import type { SeenEntry } from './entry-snapshot';

/** Opened by its owner just before a call; never logged, never kept by an adapter beyond the life of an access token. */
export interface Credentials {
  refreshToken: string;
}

export interface ProviderAccount {
  /** Stable id of the account: the token's `sub`, else the primary calendar's id. */
  account: string;
  email?: string;
  scopes: string[];
}

export interface ProviderCalendar {
  providerCalendarId: string;
  title: string;
  description?: string;
  timeZone: string;
  accessRole: string;
  primary: boolean;
  hidden: boolean;
  color?: string;
}

export interface CalendarListPage {
  calendars: ProviderCalendar[];
  /** Provider's ids of calendars that left the account's list. */
  removed: string[];
  /** Only on the last page. */
  nextCursor?: string;
}

/** Where a pull stands: from the beginning, from a cursor, or in the middle of either. */
export interface PullPosition {
  cursor?: string;
  pageToken?: string;
}

/** A page has the token of the next one or, as the last, the next cursor. It may be empty and still not be the last. */
export interface ChangePage {
  items: SeenEntry[];
  nextPageToken?: string;
  nextCursor?: string;
}

export interface WatchRequest {
  channelId: string;
  /** Echoed with every push; proves that it is genuine. */
  token: string;
  /** Where pushes go. */
  address: string;
  ttlSeconds: number;
}

export interface OpenedWatch {
  resourceId: string;
  /** What the provider granted, not what was asked for. */
  expiresAt: Date;
}

/** A calendar provider as the sync engine sees it. Every call may throw a ProviderFailure and nothing else. No call repeats itself: the engine owns the retry policy. */
export interface CalendarProvider {
  readonly name: string;
  account(credentials: Credentials): Promise<ProviderAccount>;
  /** Without a cursor every calendar of the account; with one what changed since. */
  calendars(credentials: Credentials, cursor?: string): AsyncIterable<CalendarListPage>;
  /** Masters and exceptions, series unexpanded. */
  changesSince(credentials: Credentials, providerCalendarId: string, position: PullPosition): AsyncIterable<ChangePage>;
  openWatch(credentials: Credentials, providerCalendarId: string, request: WatchRequest): Promise<OpenedWatch>;
  stopWatch(
    credentials: Credentials,
    channel: { channelId: string; resourceId: string },
  ): Promise<'stopped' | 'was-gone'>;
  /** Ends the grant at the provider. A grant that is dead already is a success. */
  revoke(credentials: Credentials): Promise<void>;
}

/** How each call to a provider ended, for metrics: `ok` or the failure's code. */
export type ProviderCallObserver = (call: {
  provider: string;
  method: string;
  outcome: string;
  milliseconds: number;
}) => void;

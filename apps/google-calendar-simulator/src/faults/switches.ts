/** Where and how often a fault strikes; an empty one strikes always and everywhere. */
export interface Scope {
  /** E-mail of the account that calls. */
  account?: string;
  /** Google's calendar id (an e-mail for a primary calendar). */
  calendarId?: string;
  /** End of the method's name, such as `events.list`; `oauth.token` for the token endpoint. */
  method?: string;
  /** Strikes this often, then never again. */
  times?: number;
  /** Lets this many matching calls pass first. */
  after?: number;
  /** Between 0 and 1, drawn from the seed. */
  probability?: number;
}

export type Toggle = boolean | Scope | Scope[];

export interface ErrorFault extends Scope {
  match?: Pick<Scope, 'account' | 'calendarId' | 'method'>;
  status: number;
  reason?: string;
  message?: string;
  /** The body is an HTML page, as load balancers answer. */
  html?: boolean;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
}

export interface PushFault extends Scope {
  /** Share of messages that never go out, 0 to 1. */
  drop?: number;
  /** Share of messages that go out twice. */
  duplicate?: number;
  /** Every message waits between these two. */
  delayMs?: number | [low: number, high: number];
  /** Messages are held for a moment and overtake each other. */
  reorder?: boolean;
  /** Nothing goes out at all. */
  off?: boolean;
}

export interface Switches {
  expireSyncTokens?: boolean | Scope;
  expireSyncTokenBetweenPages?: Toggle;
  emptyPages?: Toggle;
  pageSize?: number;
  repeatItems?: Toggle;
  staleReplay?: Toggle;
  cancelledWithNulls?: Toggle;
  errors?: ErrorFault[];
  hang?: Toggle;
  reset?: Toggle;
  truncate?: Toggle;
  /** Padded with blanks to 100 MB. */
  hugeBody?: Toggle;
  slowMs?: number | (Scope & { ms: number });
  slowAnswerMs?: number | (Scope & { ms: number });
  commitThenHang?: Toggle;
  commitThenReset?: Toggle;
  invalidGrant?: Toggle;
  invalidClient?: Toggle;
  denyConsent?: Toggle;
  accessTokenSeconds?: number;
  calendarNotFound?: Toggle;
  notACalendarUser?: Toggle;
  push?: PushFault | PushFault[];
  pushRetryMs?: number;
  shortExpirationSeconds?: number;
  silentChannels?: Toggle;
  syncBeforeWatchResponse?: Toggle;
  pushNotSupported?: Toggle;
  channelIdNotUnique?: Toggle;
  webhookUrlUnauthorized?: Toggle;
  forgetChannels?: Toggle;
  conferencePendingMs?: number;
  quotas?: false | { perUserPerMinute?: number; perProjectPerMinute?: number; status?: 403 | 429; retryAfter?: number };
}

type NamesOf<T> = { [K in keyof Switches]-?: NonNullable<Switches[K]> extends T ? K : never }[keyof Switches];

export type ToggleName =
  | 'expireSyncTokenBetweenPages'
  | 'emptyPages'
  | 'repeatItems'
  | 'staleReplay'
  | 'cancelledWithNulls'
  | 'hang'
  | 'reset'
  | 'truncate'
  | 'hugeBody'
  | 'commitThenHang'
  | 'commitThenReset'
  | 'invalidGrant'
  | 'invalidClient'
  | 'denyConsent'
  | 'calendarNotFound'
  | 'notACalendarUser'
  | 'silentChannels'
  | 'syncBeforeWatchResponse'
  | 'pushNotSupported'
  | 'channelIdNotUnique'
  | 'webhookUrlUnauthorized'
  | 'forgetChannels';

export type NumberName = NamesOf<number>;

/** All switches, so that a misspelt one is refused rather than silently without effect. */
export const SWITCH_NAMES: readonly string[] = [
  'expireSyncTokens',
  'expireSyncTokenBetweenPages',
  'emptyPages',
  'pageSize',
  'repeatItems',
  'staleReplay',
  'cancelledWithNulls',
  'errors',
  'hang',
  'reset',
  'truncate',
  'hugeBody',
  'slowMs',
  'slowAnswerMs',
  'commitThenHang',
  'commitThenReset',
  'invalidGrant',
  'invalidClient',
  'denyConsent',
  'accessTokenSeconds',
  'calendarNotFound',
  'notACalendarUser',
  'push',
  'pushRetryMs',
  'shortExpirationSeconds',
  'silentChannels',
  'syncBeforeWatchResponse',
  'pushNotSupported',
  'channelIdNotUnique',
  'webhookUrlUnauthorized',
  'forgetChannels',
  'conferencePendingMs',
  'quotas',
] satisfies (keyof Switches)[];

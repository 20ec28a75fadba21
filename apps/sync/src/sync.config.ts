import {
  IntegerSetting,
  JsonSetting,
  ServiceConfig,
  TextSetting,
  UrlSetting,
  VersionedKeysSetting,
} from '@calendar-sync/service-host';
import type { JWK } from 'jose';

const DAY = 86_400;

const isKeys = (parsed: unknown): parsed is JWK[] =>
  Array.isArray(parsed) &&
  parsed.length > 0 &&
  parsed.every((key: unknown) => typeof key === 'object' && key !== null && 'd' in key && 'kid' in key);

export class SyncConfig extends ServiceConfig {
  @TextSetting()
  GOOGLE_CLIENT_ID: string;

  @TextSetting()
  GOOGLE_CLIENT_SECRET: string;

  @UrlSetting({ default: 'https://www.googleapis.com/' })
  GOOGLE_API_ROOT_URL: string;

  @UrlSetting({ default: 'https://oauth2.googleapis.com/token' })
  GOOGLE_OAUTH_TOKEN_URL: string;

  @UrlSetting({ default: 'https://oauth2.googleapis.com/revoke' })
  GOOGLE_OAUTH_REVOKE_URL: string;

  /** How long one call to Google may take. */
  @IntegerSetting({ min: 100, max: 300_000, default: 30_000 })
  GOOGLE_TIMEOUT_MS: number;

  /** Where Google reaches webhook-ingestion. Without it there are no channels: every calendar is polled. */
  @UrlSetting({ optional: true })
  WEBHOOK_PUBLIC_URL?: string;

  @VersionedKeysSetting()
  CREDENTIAL_KEYS: ReadonlyMap<number, Buffer>;

  @VersionedKeysSetting()
  CHANNEL_TOKEN_KEYS: ReadonlyMap<number, Buffer>;

  @JsonSetting('must be a JSON array of private EC P-256 JWKs, each with its kid', isKeys)
  SEALING_PRIVATE_KEYS: JWK[];

  @IntegerSetting({ min: 1, max: DAY, default: 60 })
  POLL_MIN_SECONDS: number;

  @IntegerSetting({ min: 1, max: 7 * DAY, default: 3600 })
  POLL_MAX_SECONDS: number;

  /** How often the list of calendars of an account is asked for changes. */
  @IntegerSetting({ min: 1, max: DAY, default: 300 })
  CALENDAR_LIST_SECONDS: number;

  /** The lifetime to ask for; the one that Google grants counts. */
  @IntegerSetting({ min: 60, max: 30 * DAY, default: 7 * DAY })
  WATCH_TTL_SECONDS: number;

  /** Calendars pulled at a time by this process. */
  @IntegerSetting({ min: 2, max: 200, default: 8 })
  SYNC_CONCURRENCY: number;

  /** How often due rows are looked for; wake-ups inside the process are faster. */
  @IntegerSetting({ min: 10, max: 60_000, default: 500 })
  SYNC_POLL_MS: number;

  /** For how long a calendar or a job belongs to a process that doesn't renew its claim. */
  @IntegerSetting({ min: 500, max: 300_000, default: 15_000 })
  SYNC_LEASE_MS: number;

  /** How long after a push that brought nothing its calendar is pulled once more: the push may have raced the change. */
  @IntegerSetting({ min: 0, max: 300_000, default: 2_500 })
  SECOND_LOOK_MS: number;

  @IntegerSetting({ min: 1, max: 600_000, default: 1_000 })
  RETRY_BASE_MS: number;

  @IntegerSetting({ min: 1, max: DAY * 1_000, default: 1_800_000 })
  RETRY_CAP_MS: number;

  /** Failures in a row after which a calendar is parked. */
  @IntegerSetting({ min: 1, max: 1_000, default: 30 })
  RETRY_MAX_ATTEMPTS: number;

  @IntegerSetting({ min: 1, default: 10_000 })
  QUOTA_PROJECT_PER_MINUTE: number;

  @IntegerSetting({ min: 1, default: 600 })
  QUOTA_USER_PER_MINUTE: number;

  /** How long ended pulls stay to be looked at. */
  @IntegerSetting({ min: 1, max: 365, default: 7 })
  PULL_RUNS_KEPT_DAYS: number;
}

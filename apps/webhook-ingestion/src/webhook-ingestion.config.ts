import { IntegerSetting, ServiceConfig, VersionedKeysSetting } from '@calendar-sync/service-host';

export class WebhookIngestionConfig extends ServiceConfig {
  /** Shared with sync, which opens the channels. */
  @VersionedKeysSetting()
  CHANNEL_TOKEN_KEYS: ReadonlyMap<number, Buffer>;

  /** After a message, further pushes of the channel are held back for so long and leave as one. */
  @IntegerSetting({ min: 1, max: 60_000, default: 1_000 })
  PUSH_WINDOW_MS: number;

  /** Pushes without a valid token that one address may send in a minute before it is told 429. */
  @IntegerSetting({ min: 1, default: 60 })
  UNVERIFIED_PER_MINUTE: number;

  @IntegerSetting({ min: 1, max: 3_650, default: 30 })
  WEBHOOK_LOG_DAYS: number;
}

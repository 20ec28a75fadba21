import { IntegerSetting, ServiceConfig } from '@calendar-sync/service-host';

export class MeetingExtractionConfig extends ServiceConfig {
  /** For so many days ahead every occurrence of a series is published as a meeting; what is further away stands in its series. */
  @IntegerSetting({ min: 1, max: 366, default: 90 })
  MEETING_HORIZON_DAYS: number;
}

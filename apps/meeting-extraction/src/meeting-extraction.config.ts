import { type MeetingService, parseMeetingServices } from '@calendar-sync/meeting-intelligence';
import { IntegerSetting, JsonFileSetting, ServiceConfig } from '@calendar-sync/service-host';

export class MeetingExtractionConfig extends ServiceConfig {
  /** For so many days ahead every occurrence of a series is published as a meeting; what is further away stands in its series. */
  @IntegerSetting({ min: 1, max: 366, default: 90 })
  MEETING_HORIZON_DAYS: number;

  /** What a customer's own services look like, from the file that the variable names. */
  @JsonFileSetting('must name a JSON file with meeting services', parseMeetingServices, { default: [] })
  MEETING_SERVICES_FILE: readonly MeetingService[];
}

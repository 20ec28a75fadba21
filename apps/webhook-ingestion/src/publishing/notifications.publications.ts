import { CalendarChangeNotifiedV1, calendarChanges } from '@calendar-sync/contracts-webhook-ingestion';
import { publications, publish } from '@calendar-sync/kafka';
import type { NotificationReceived } from '../domain/push-burst.decider';

/** What leaves the log of this service. PushHeld and PushCoalesced never enter it: they are rows. */
export const notificationPublications = publications<NotificationReceived>({
  NotificationReceived: publish(
    calendarChanges,
    CalendarChangeNotifiedV1,
    ({ windowEndsAt: _windowEndsAt, ...notification }: NotificationReceived['data']) => notification,
  ),
});

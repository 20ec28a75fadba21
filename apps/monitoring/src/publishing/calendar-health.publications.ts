import { calendarHealth, CalendarHealthChangedV1 } from '@calendar-sync/contracts-monitoring';
import { publications, publish } from '@calendar-sync/kafka';
import type { CalendarHealthChanged } from '../domain/calendar-health.decider';

export const calendarHealthPublications = publications<CalendarHealthChanged>({
  CalendarHealthChanged: publish(
    calendarHealth,
    CalendarHealthChangedV1,
    ({ health }: CalendarHealthChanged['data']) => health,
  ),
});

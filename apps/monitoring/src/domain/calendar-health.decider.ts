import type { Decider, Fact } from '@calendar-sync/event-sourcing-core';
import type { CalendarHealth } from './calendar-health';

export type CalendarHealthChanged = Fact<'CalendarHealthChanged', { health: CalendarHealth; reportedAt: string }>;

export type ReportHealth = Fact<'ReportHealth', { health: CalendarHealth; now: string }>;

export interface Reported {
  health?: CalendarHealth;
  reportedAt?: string;
}

/** What is not urgent is told at most this often per calendar. */
export const QUIET_MS = 60_000;

/** What somebody would act on; it is told at once. */
const urgent = ({ ownerId, connectionId, status, consecutiveFailures, lastFailure }: CalendarHealth) =>
  JSON.stringify([ownerId, connectionId, status, consecutiveFailures, consecutiveFailures > 0 && lastFailure]);

const FIGURES = ['lastPushAt', 'lastSyncAt', 'lastFailureAt', 'lastFailure', 'syncDelayMs', 'errorRate'] as const;

const isNews = (reported: CalendarHealth, health: CalendarHealth) =>
  urgent(reported) !== urgent(health) || FIGURES.some((figure) => reported[figure] !== health[figure]);

const quietUntil = (reportedAt: string) => Date.parse(reportedAt) + QUIET_MS;

/** One message per message would be of no use to anybody: urgent news goes out at once, the figures of a healthy calendar once a minute. */
export const calendarHealth: Decider<Reported, ReportHealth, CalendarHealthChanged> = {
  initialState: {},

  decide({ data: { health, now } }, { health: reported, reportedAt }) {
    const changed: CalendarHealthChanged = { type: 'CalendarHealthChanged', data: { health, reportedAt: now } };
    if (reported === undefined || reportedAt === undefined) return [changed];
    if (urgent(reported) !== urgent(health)) return [changed];
    return isNews(reported, health) && Date.parse(now) >= quietUntil(reportedAt) ? [changed] : [];
  },

  evolve: (_reported, { data }) => data,
};

/** When what was held back is due; undefined when nothing was. */
export const dueAt = ({ health: reported, reportedAt }: Reported, health: CalendarHealth): string | undefined =>
  reported !== undefined && reportedAt !== undefined && isNews(reported, health)
    ? new Date(quietUntil(reportedAt)).toISOString()
    : undefined;

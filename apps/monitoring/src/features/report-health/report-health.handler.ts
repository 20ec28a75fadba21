import { stateAfter } from '@calendar-sync/event-sourcing-core';
import {
  appendToStreams,
  type EventMetadata,
  type StreamAppend,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import { calendarHealth, dueAt } from '../../domain/calendar-health.decider';
import { calendarHealthPublications } from '../../publishing/calendar-health.publications';
import {
  currentHealth,
  type LockedReport,
  lockDueReports,
  lockReports,
  saveReports,
} from './calendar-health.repository';

export const healthStream = (calendarId: string) => `calendar-health-${calendarId}`;

/** Decides what is to be told of these calendars now, after something was seen of them. `causes`: by calendar, what the message came with. */
export async function reportHealth(tx: Transaction, causes: ReadonlyMap<string, EventMetadata>): Promise<void> {
  if (causes.size > 0) await report(tx, await lockReports(tx, [...causes.keys()]), causes);
}

const BATCH = 200;

/** Tells what was held back and is due; whether there may be more. */
export async function reportDueHealth(tx: Transaction): Promise<boolean> {
  const due = await lockDueReports(tx, BATCH);
  await report(tx, due);
  return due.length === BATCH;
}

async function report(
  tx: Transaction,
  reports: readonly LockedReport[],
  causes: ReadonlyMap<string, EventMetadata> = new Map(),
): Promise<void> {
  if (reports.length === 0) return;
  // Read after the locks: whoever had them before has committed what it saw.
  const healths = await currentHealth(
    tx,
    reports.map(({ calendarId }) => calendarId),
  );
  const decided = reports.flatMap((locked) => {
    const health = healths.get(locked.calendarId);
    if (health === undefined) return [];
    const events = calendarHealth.decide({ type: 'ReportHealth', data: { health, now: locked.now } }, locked.state);
    const state = stateAfter(calendarHealth, events, locked.state);
    const due = dueAt(state, health);
    const isChanged = events.length > 0 || due !== locked.dueAt || health.ownerId !== locked.ownerId;
    return [{ ...locked, state, events, ownerId: health.ownerId, dueAt: due, isChanged, before: locked.version }];
  });
  const appends = decided
    .filter(({ events }) => events.length > 0)
    .map(({ calendarId, ownerId, before, events }): StreamAppend => {
      const metadata = causes.get(calendarId);
      return {
        streamId: healthStream(calendarId),
        ownerId,
        expectedVersion: before,
        events,
        ...(metadata && { metadata }),
      };
    });
  await appendToStreams(tx, appends, { route: calendarHealthPublications.route });
  await saveReports(
    tx,
    decided.filter(({ isChanged }) => isChanged).map((one) => ({ ...one, version: one.before + one.events.length })),
  );
}

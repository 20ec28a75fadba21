import {
  applyProjection,
  type EventMetadata,
  type ReceivedMessage,
  recordReceived,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';
import { calendarMonitoringResults } from '../../projections/calendar-monitoring-results.projection';
import { monitoredConnections } from '../../projections/monitored-connections.projection';
import { reportHealth } from '../report-health/report-health.handler';

export interface Observed {
  message: ReceivedMessage;
  metadata: EventMetadata;
}

/** What was seen of calendars: kept, folded, and told where it matters. One chunk of one topic at a time. */
export async function observeCalendars(tx: Transaction, observed: readonly Observed[]): Promise<void> {
  const messages = observed.map(({ message }) => message);
  await recordReceived(tx, messages);
  await applyProjection(tx, calendarMonitoringResults, messages);
  const causes = new Map<string, EventMetadata>();
  for (const { message, metadata } of observed) {
    for (const { calendar_id: id } of calendarMonitoringResults.idsOf(message)) if (id) causes.set(id, metadata);
  }
  // An account that is being suspended at this moment must not be missed: its transaction has seen this calendar, or is waited for.
  await tx.query(
    `SELECT FROM monitored_connections WHERE connection_id IN
       (SELECT connection_id FROM calendar_monitoring_results WHERE calendar_id = ANY ($1::uuid[]))
     ORDER BY connection_id FOR SHARE`,
    [[...causes.keys()]],
  );
  await reportHealth(tx, causes);
}

/** What was seen of accounts: it says something about each of their calendars. */
export async function observeConnections(tx: Transaction, observed: readonly Observed[]): Promise<void> {
  const messages = observed.map(({ message }) => message);
  await recordReceived(tx, messages);
  await applyProjection(tx, monitoredConnections, messages);
  const causes = new Map(observed.map(({ message, metadata }) => [message.key, metadata]));
  const { rows } = await tx.query<{ calendar_id: string; connection_id: string }>(
    'SELECT calendar_id, connection_id FROM calendar_monitoring_results WHERE connection_id = ANY ($1::uuid[])',
    [[...causes.keys()]],
  );
  await reportHealth(tx, new Map(rows.map((row) => [row.calendar_id, causes.get(row.connection_id) ?? {}])));
}

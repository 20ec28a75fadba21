import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Projection, ReceivedMessage, Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Publications } from '@calendar-sync/kafka';
import type { Service } from '@calendar-sync/local-stack';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';

// No service exports anything, and what is measured must be what their processes run: so it is taken from their builds.
const load = createRequire(__filename);
const file = (service: Service, name: string) => join(workspaceRoot, 'apps', service, 'dist', name);
/** A module of a service as it was built; what it gives is the caller's to say. */
export const builtBy = (service: Service, name: string): unknown => load(file(service, name));

/** How sync's facts become messages. */
export const publicationsOfSync = (): Publications =>
  (builtBy('sync', 'publishing/sync.publications.js') as { syncPublications: Publications }).syncPublications;

/** What the gateway does with every chunk of messages: keeps them and folds them into its read models. */
export function readModelsOfGateway(): { flush(tx: Transaction, messages: readonly ReceivedMessage[]): Promise<void> } {
  const { ReadModels } = builtBy('gateway', 'features/keep-read-models/read-models.js') as {
    ReadModels: new () => { flush(tx: Transaction, messages: readonly ReceivedMessage[]): Promise<void> };
  };
  return new ReadModels();
}

/** The gateway's read model of entries. */
export const entriesOfGateway = (): Projection =>
  (builtBy('gateway', 'projections/calendar-entries.projection.js') as { calendarEntries: Projection }).calendarEntries;

/** Gives a database the tables of a service, with that service's own migrations. */
export async function migrated(service: Service, databaseUrl: string): Promise<void> {
  const variable = `${service.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`;
  await promisify(execFile)(process.execPath, [file(service, 'migrate.js')], {
    env: { PATH: process.env['PATH'], [variable]: databaseUrl },
  });
}

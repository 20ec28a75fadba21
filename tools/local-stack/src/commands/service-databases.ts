import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { databaseVariable, isService, type Service, services } from '../services/services';
import { Refusal } from '../settings/settings';
import type { Context } from './context';
import { settingsOfStack } from './settings-of-stack';

/** All of them, or the one that is named. Throws a Refusal. */
export function servicesOf(name: string | undefined): readonly Service[] {
  if (name === undefined) return services;
  if (!isService(name)) throw new Refusal(`There is no service ${name}: name one of ${services.join(', ')}.`);
  return [name];
}

/** The same work in the database of each service, in their order. Throws a Refusal where one does not answer. */
export async function withDatabases<T>(
  command: string,
  chosen: readonly Service[],
  context: Context,
  work: (service: Service, database: Database) => Promise<T>,
): Promise<T[]> {
  const settings = await settingsOfStack(context);
  return Promise.all(
    chosen.map((service) => withDatabase(command, service, settings[databaseVariable(service)]!, work)),
  );
}

async function withDatabase<T>(
  command: string,
  service: Service,
  url: string,
  work: (service: Service, database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url, applicationName: command, maxConnections: 1 });
  try {
    return await work(service, database);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'ECONNREFUSED')
      throw new Refusal(`The database of ${service} does not answer: is \`npm start\` running?`);
    throw new Error(`${service}: ${message}`);
  } finally {
    await database.close();
  }
}

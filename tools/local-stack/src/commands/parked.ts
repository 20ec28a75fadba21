import { type Database, openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { discardParked, listParked, type ParkedMessage, requestReplayOfParked } from '@calendar-sync/kafka';
import { databaseVariable, isService, type Service, services } from '../services/services';
import { Refusal } from '../settings/settings';
import { type Context, write } from './context';
import { settingsOfStack } from './settings-of-stack';
import { table } from './table';

export interface ParkedOptions {
  service?: string;
  all?: boolean;
}

/**
 * `npm run parked`: what could not be applied, of every service. Ids are `<service>/<number>`. `replay` has them tried
 * again by the running service, `discard` gives them up for good.
 */
export async function parked(
  action: string,
  ids: readonly string[],
  options: ParkedOptions,
  context: Context,
): Promise<number> {
  const chosen = servicesOf(options.service);
  const settings = await settingsOfStack(context);
  const each = async <T>(work: (service: Service, database: Database) => Promise<T>): Promise<T[]> =>
    Promise.all(chosen.map((service) => withDatabase(service, settings[databaseVariable(service)]!, work)));
  if (action === 'list') {
    const found = (await each(async (service, database) => (await listParked(database)).map(rowOf(service)))).flat();
    write(found.length === 0 ? 'Nothing is parked.' : table(headings, found));
    return 0;
  }
  if (action !== 'replay' && action !== 'discard')
    throw new Refusal(`parked can list, replay and discard, not ${action}.`);
  const everything = options.all === true && action === 'replay';
  if (!everything && ids.length === 0) {
    throw new Refusal(`Name what to ${action}, as listed${action === 'replay' ? ', or --all' : ''}.`);
  }
  const wanted = idsByService(ids, options.service);
  const counts = await each((service, database) => {
    const own = wanted.get(service) ?? [];
    if (everything) return requestReplayOfParked(database, 'all');
    if (own.length === 0) return Promise.resolve(0);
    return action === 'replay' ? requestReplayOfParked(database, own) : discardParked(database, own);
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  write(action === 'replay' ? `${total} will be tried again.` : `${total} given up.`);
  return everything || total === ids.length ? 0 : 1;
}

function servicesOf(name: string | undefined): readonly Service[] {
  if (name === undefined) return services;
  if (!isService(name)) throw new Refusal(`There is no service ${name}: name one of ${services.join(', ')}.`);
  return [name];
}

function idsByService(ids: readonly string[], service: string | undefined): Map<string, string[]> {
  const byService = new Map<string, string[]>();
  for (const id of ids) {
    const [owner = '', number = ''] = id.includes('/') ? id.split('/') : [service, id];
    if (!isService(owner) || !/^\d+$/.test(number)) {
      throw new Refusal(`${id} is not the id of a parked message: they look like gateway/12.`);
    }
    byService.set(owner, [...(byService.get(owner) ?? []), number]);
  }
  return byService;
}

async function withDatabase<T>(
  service: Service,
  url: string,
  work: (service: Service, database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url, applicationName: 'parked', maxConnections: 1 });
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

const headings = ['id', 'topic', 'offset', 'key', 'type', 'reason', 'tries', 'parked at', 'error'];

const rowOf =
  (service: Service) =>
  (message: ParkedMessage): string[] => [
    `${service}/${message.id}`,
    message.receivedOn,
    `${message.partition}:${message.offset}`,
    message.key ?? '',
    message.type ?? '',
    message.reason,
    String(message.attempts),
    message.parkedAt.toISOString(),
    (message.error ?? '').split('\n')[0]!.slice(0, 80),
  ];

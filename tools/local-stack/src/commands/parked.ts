import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { discardParked, listParked, type ParkedMessage, requestReplayOfParked } from '@calendar-sync/kafka';
import { isService, type Service } from '../services/services';
import { Refusal } from '../settings/settings';
import { type Context, write } from './context';
import { servicesOf, withDatabases } from './service-databases';
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
  const each = <T>(work: (service: Service, database: Database) => Promise<T>) =>
    withDatabases('parked', chosen, context, work);
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
  if (action === 'discard')
    return discard(
      ids,
      await each(async (service, database) => {
        const own = wanted.get(service) ?? [];
        return own.length === 0 ? { discarded: 0, later: 0 } : discardParked(database, own);
      }),
    );
  const counts = await each(async (service, database) => {
    const own = wanted.get(service) ?? [];
    if (everything) return requestReplayOfParked(database, 'all');
    return own.length === 0 ? 0 : requestReplayOfParked(database, own);
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  write(`${total} will be tried again.`);
  if (total < ids.length) write('Only what is `poison` or `failed` can be tried again; the rest follows by itself.');
  return everything || total === ids.length ? 0 : 1;
}

function discard(ids: readonly string[], counts: readonly { discarded: number; later: number }[]): number {
  const total = counts.reduce((sum, { discarded }) => sum + discarded, 0);
  const later = counts.reduce((sum, count) => sum + count.later, 0);
  write(`${total} given up.`);
  if (later > 0) write(`${later} of them wait behind missing numbers, and are passed over once those have come.`);
  if (total < ids.length) write('What waits as `behind` or `gap` can not be given up: it follows by itself.');
  return total === ids.length ? 0 : 1;
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

const headings = ['id', 'topic', 'offset', 'key', 'type', 'reason', 'tries', 'parked at', 'error'];

const rowOf =
  (service: Service) =>
  (message: ParkedMessage): string[] => [
    `${service}/${message.id}`,
    message.receivedOn,
    `${message.partition}:${message.offset}`,
    message.key ?? '',
    message.type ?? '',
    message.discardedAt === undefined ? message.reason : `${message.reason}, given up`,
    String(message.attempts),
    message.parkedAt.toISOString(),
    (message.error ?? '').split('\n')[0]!.slice(0, 80),
  ];

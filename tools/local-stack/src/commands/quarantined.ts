import { listQuarantined, type QuarantinedKey, releaseQuarantined } from '@calendar-sync/kafka';
import { isService, type Service } from '../services/services';
import { Refusal } from '../settings/settings';
import { type Context, write } from './context';
import { servicesOf, withDatabases } from './service-databases';
import { table } from './table';

/**
 * `npm run quarantined`: events that their service can not publish, of every service; each holds up its own key. `retry` has
 * the relay try it again, `skip` gives the event up: consumers are told that its number is gone.
 */
export async function quarantined(
  action: string,
  ids: readonly string[],
  { service }: { service?: string },
  context: Context,
): Promise<number> {
  if (action === 'list') {
    const found = await withDatabases('quarantined', servicesOf(service), context, async (owner, database) =>
      (await listQuarantined(database)).map(rowOf(owner)),
    );
    write(found.flat().length === 0 ? 'Nothing is quarantined.' : table(headings, found.flat()));
    return 0;
  }
  if (action !== 'retry' && action !== 'skip')
    throw new Refusal(`quarantined can list, retry and skip, not ${action}.`);
  if (ids.length === 0) throw new Refusal(`Name what to ${action}, as listed.`);
  const wanted = ids.map(parse);
  let released = 0;
  for (const { service: owner, topic, key } of wanted) {
    const [done] = await withDatabases('quarantined', [owner], context, (_, database) =>
      releaseQuarantined(database, { topic, key }, action),
    );
    if (done === true) released += 1;
    else write(`${owner}/${topic}/${key} is not quarantined.`);
  }
  write(action === 'retry' ? `${released} will be tried again.` : `${released} will be skipped.`);
  return released === ids.length ? 0 : 1;
}

function parse(id: string): { service: Service; topic: string; key: string } {
  const [service = '', topic = '', ...key] = id.split('/');
  if (!isService(service) || topic === '' || key.length === 0) {
    throw new Refusal(`${id} is no quarantined key: they look like sync/sync.calendar-entries.v1/<calendar id>.`);
  }
  return { service, topic, key: key.join('/') };
}

const headings = ['id', 'number', 'event', 'since', 'reason'];

const rowOf =
  (service: Service) =>
  ({ topic, key, sequence, eventType, reason, quarantinedAt }: QuarantinedKey): string[] => [
    `${service}/${topic}/${key}`,
    String(sequence),
    eventType,
    quarantinedAt.toISOString(),
    reason.split('\n')[0]!.slice(0, 80),
  ];

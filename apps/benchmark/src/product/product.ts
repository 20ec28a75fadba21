import { type Service, services, type Stack } from '@calendar-sync/local-stack';
import { eventually } from '@calendar-sync/test-infrastructure';
import { Client, type QueryResultRow } from 'pg';
import type { Bench } from '../part';
import { startProduct } from '../setting/servers';
import { GatewayClient } from './gateway-client';
import { type Person, SimulatedGoogle } from './simulated-google';

/** Limits that protect Google and the gateway: they are not what is measured. */
const WITHOUT_LIMITS = {
  QUOTA_PROJECT_PER_MINUTE: '10000000',
  QUOTA_USER_PER_MINUTE: '10000000',
  RATE_LIMIT_PER_MINUTE: '100000000',
};

/** The whole product beside its provider. */
export interface Product {
  stack: Stack;
  google: SimulatedGoogle;
  /** As one of its users. */
  gateway(person: Person): GatewayClient;
  /** A look into a service's database, with the rights of its role; one connection per service. */
  look<Row extends QueryResultRow>(service: Service, text: string, values?: unknown[]): Promise<Row[]>;
}

export async function startWholeProduct(bench: Bench): Promise<Product> {
  const stack = await startProduct(bench, { env: WITHOUT_LIMITS });
  const google = new SimulatedGoogle(stack.urls.simulator!);
  await google.withoutQuotas();
  const gateways = new Map<string, GatewayClient>();
  return {
    stack,
    google,
    gateway: ({ email }) => {
      const client = gateways.get(email) ?? new GatewayClient(stack, email);
      gateways.set(email, client);
      return client;
    },
    look: lookInto(bench, stack),
  };
}

export function lookInto(bench: Bench, stack: Stack): Product['look'] {
  const clients = new Map<Service, Promise<Client>>();
  const open = async (service: Service) => {
    const client = new Client({ connectionString: stack.databaseUrl(service) });
    client.on('error', () => undefined);
    bench.onEnd(() => client.end());
    await client.connect();
    return client;
  };
  return async <Row extends QueryResultRow>(service: Service, text: string, values: unknown[] = []) => {
    const client = clients.get(service) ?? open(service);
    clients.set(service, client);
    return (await (await client).query<Row>(text, values)).rows;
  };
}

/** Connects people's accounts, some at a time, as products do at an import. */
export async function connectAll(product: Product, people: readonly Person[], atATime = 8): Promise<void> {
  const waiting = [...people];
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (let person = waiting.pop(); person !== undefined; person = waiting.pop()) {
        await product.gateway(person).connect(person);
      }
    }),
  );
}

/** Waits until so many calendars are pulled, each with its channel where Google gives one, and nothing is due or on its way through the product any more. */
export async function settled(product: Product, calendars: number, onProgress: (text: string) => void): Promise<void> {
  await eventually(
    async () => {
      const { done, busy } = await workUnderWay(product);
      onProgress(`${done} of ${calendars} calendars settled; ${busy.join(', ')}`);
      if (done < calendars || busy.length > 0)
        throw new Error(`${done} of ${calendars} calendars settled; ${busy.join(', ')}`);
      const behind = await recordsBehind(product);
      if (behind > 0) throw new Error(`${behind} messages are on their way`);
      return true;
    },
    { timeoutMs: 180_000, intervalMs: 500 },
  );
}

async function workUnderWay({ look }: Product): Promise<{ done: number; busy: string[] }> {
  const [row] = await look<{ done: number } & Record<string, number>>(
    'sync',
    `SELECT count(*) FILTER (WHERE sync_token IS NOT NULL)::int AS done,
       count(*) FILTER (WHERE dirty_seq > synced_seq OR look_again_at IS NOT NULL)::int AS "to pull",
       count(*) FILTER (WHERE lease_until > now())::int AS "being pulled",
       (SELECT count(*)::int FROM jobs WHERE run_at <= now() + interval '1 second') AS jobs,
       (SELECT count(*)::int FROM calendar_webhooks o WHERE state = 'opening' AND NOT EXISTS
         (SELECT FROM calendar_webhooks l WHERE l.calendar_id = o.calendar_id AND l.state = 'live')) AS "being opened"
     FROM calendar_sync_states WHERE active`,
  );
  const [occurrences] = await look<{ series: number }>(
    'meeting-extraction',
    "SELECT count(*)::int AS series FROM occurrence_jobs WHERE NOT held AND due_at <= now() + interval '1 second'",
  );
  const { done, ...counts } = { ...row!, 'series to expand': occurrences!.series };
  const busy = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return { done, busy };
}

/** Messages that were recorded for others, and are not yet applied by all that listen. */
async function recordsBehind({ look }: Product): Promise<number> {
  let behind = 0;
  for (const producer of ['webhook-ingestion', 'sync', 'meeting-extraction', 'monitoring'] as const) {
    const told = new Map(
      (await look<Sum>(producer, 'SELECT topic, sum(last)::float8 AS sum FROM topic_sequences GROUP BY topic')).map(
        ({ topic, sum }) => [topic, sum],
      ),
    );
    for (const consumer of services) {
      const applied = await look<Sum>(
        consumer,
        'SELECT topic, sum(last_sequence)::float8 AS sum FROM consumer_sequences WHERE topic = ANY ($1::text[]) GROUP BY topic',
        [[...told.keys()]],
      );
      behind += applied.reduce((all, { topic, sum }) => all + Math.max(0, told.get(topic)! - sum), 0);
    }
  }
  return behind;
}

interface Sum {
  topic: string;
  sum: number;
}

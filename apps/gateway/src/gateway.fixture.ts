import { randomUUID } from 'node:crypto';
import { encode, type Message, type MessageContract, type Topic } from '@calendar-sync/contracts-envelope';
import { gatewayTopics } from '@calendar-sync/contracts-gateway';
import { meetingExtractionTopics } from '@calendar-sync/contracts-meeting-extraction';
import { monitoringTopics } from '@calendar-sync/contracts-monitoring';
import { entryIdOf, type EntryV1, syncTopics } from '@calendar-sync/contracts-sync';
import { createKafka, createTopics } from '@calendar-sync/kafka';
import { createLogger, migrate, openService, type RunningService } from '@calendar-sync/service-host';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { GatewayModule } from './gateway.module';
import { gateway } from './gateway.service';

export const issuer = 'https://login.example.com/';
export const audience = 'calendar-sync';

export type Claims = Record<string, unknown>;

/** A key pair, its public half as the gateway is given it, and tokens signed with the private one. */
export async function tokenIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const sign = (claims: Claims, { expires = '10 minutes' }: { expires?: string } = {}) =>
    new SignJWT({ iss: issuer, aud: audience, ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(privateKey);
  return { sign, jwk: await exportJWK(publicKey) };
}

export async function sealingKeys(): Promise<{ publicJwk: JWK; privateJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  return {
    publicJwk: { ...(await exportJWK(publicKey)), kid: 'test' },
    privateJwk: { ...(await exportJWK(privateKey)), kid: 'test' },
  };
}

export interface Asked {
  token?: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answered<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** The servers of the test run that a gateway stands on; its database is dropped with it. */
export interface Servers {
  database: { url: string; drop(): Promise<void> };
  kafka: { brokers: string[]; topicPrefix: string };
}

/** A gateway of this file's own. */
export async function startGateway(
  { database: server, kafka: { brokers, topicPrefix } }: Servers,
  settings: Record<string, string> = {},
) {
  const kafka = createKafka({ brokers, clientId: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
  const [{ sign, jwk }, { publicJwk, privateJwk }] = [await tokenIssuer(), await sealingKeys()];
  const lines: string[] = [];
  const environment: Record<string, string> = {
    GATEWAY_DATABASE_URL: server.url,
    GATEWAY_PORT: '0',
    KAFKA_BROKERS: brokers.join(','),
    TOPIC_PREFIX: topicPrefix,
    LOG_LEVEL: 'trace',
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWT_KEY: JSON.stringify(jwk),
    SEALING_PUBLIC_KEY: JSON.stringify(publicJwk),
    RATE_LIMIT_PER_MINUTE: '100000',
    ...settings,
  };
  await createTopics(kafka, [...syncTopics, ...meetingExtractionTopics, ...monitoringTopics, ...gatewayTopics], {
    prefix: topicPrefix,
    replicationFactor: 1,
    partitions: 1,
    replaysFor: { consumer: 'gateway', topics: gateway.subscriptions },
  });
  await migrate(gateway, environment);
  const producer = kafka.producer();
  await producer.connect();
  const open = () =>
    openService(GatewayModule, gateway, {
      environment,
      logDestination: { write: (line: string) => void lines.push(line) },
    });
  const service: RunningService = await open();
  const tell = teller((topic, message) =>
    producer.send({ topic: topicPrefix + topic.name, messages: [encode(topic, message)] }),
  );

  return {
    url: service.url,
    app: service.app,
    kafka,
    topicPrefix,
    databaseUrl: server.url,
    privateJwk,
    /** Every line that the service logged. */
    lines,
    sign,
    tell,
    async ask<Body = Record<string, unknown>>(path: string, asked: Asked = {}): Promise<Answered<Body>> {
      const { token, method = 'GET', body, headers } = asked;
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json');
      return {
        status: response.status,
        headers: response.headers,
        body: (json ? JSON.parse(text) : { text }) as Body,
      };
    },
    async stop() {
      await service.stop();
      await producer.disconnect();
      await server.drop();
    },
  };
}

const sources: Record<string, string> = {
  sync: 'sync',
  monitoring: 'monitoring',
  'meeting-extraction': 'meeting-extraction',
};

/** Messages with the numbers that their owner would give them: gap-free per topic and key. */
export function teller(send: (topic: Topic, message: Message) => Promise<unknown>) {
  const sequences = new Map<string, number>();
  return async <Contract extends MessageContract>(
    topic: Topic<readonly MessageContract[]>,
    contract: Contract,
    data: NonNullable<Contract['data']>,
    { time = '2026-11-20T08:00:00Z', causedAt, epoch = 1 }: { time?: string; causedAt?: string; epoch?: number } = {},
  ): Promise<Message> => {
    const key = topic.keyOf(data);
    const counter = `${topic.name} ${epoch} ${key}`;
    const sequence = (sequences.get(counter) ?? 0) + 1;
    sequences.set(counter, sequence);
    const subject = topic.subjectOf(data);
    const message: Message = {
      id: randomUUID(),
      source: `/calendar-sync/${sources[topic.name.split('.')[0] ?? ''] ?? 'test'}`,
      type: contract.type,
      time,
      key,
      sequence,
      epoch,
      data,
      ...(subject !== undefined && { subject }),
      ...(causedAt !== undefined && { causedAt }),
    };
    await send(topic, message);
    return message;
  };
}

/** An owner with one connection and one calendar, and entries of it. */
export function ownerWithCalendar(ownerId: string = `owner-${randomUUID()}`, timeZone = 'Europe/Zurich') {
  const connectionId = randomUUID();
  const calendarId = randomUUID();
  const about = { ownerId, connectionId, calendarId };
  const entry = (providerEntryId: string, changes: Partial<EntryV1> = {}): EntryV1 => ({
    entryId: entryIdOf(calendarId, providerEntryId),
    calendarId,
    providerEntryId,
    providerCalendarId: `${ownerId}@example.com`,
    status: 'confirmed',
    title: providerEntryId,
    start: { dateTime: '2026-11-23T09:00:00+01:00', timeZone },
    end: { dateTime: '2026-11-23T09:30:00+01:00', timeZone },
    visibility: 'default',
    busy: true,
    kind: 'default',
    ...changes,
  });
  return {
    ...about,
    about,
    entry,
    calendar: {
      ...about,
      provider: 'google',
      providerCalendarId: `${ownerId}@example.com`,
      title: 'Work',
      timeZone,
      accessRole: 'owner',
      primary: true,
      hidden: false,
    },
    /** The data of a message about an entry. */
    of: <Entry extends { entryId: string }>(each: Entry) => ({ ...about, entryId: each.entryId, entry: each }),
    path: (rest: string, from = '2026-11-23T00:00:00Z', to = '2026-11-30T00:00:00Z') =>
      `/api/v1/calendar/${rest}/${encodeURIComponent(ownerId)}?from=${from}&to=${to}`,
  };
}

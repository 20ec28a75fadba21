import { randomUUID } from 'node:crypto';
import { decode, type Message } from '@calendar-sync/contracts-envelope';
import { gatewayOperations } from '@calendar-sync/contracts-gateway';
import { syncCommands } from '@calendar-sync/contracts-sync';
import type { Claims, Gateway } from '../../gateway.fixture';
import type { OperationDto } from '../follow-operations/operation.dto';

export const refreshToken = () => `1//secret-${randomUUID()}`;

/** What a gateway sends on its way, as it arrives; `records` holds every byte of it. */
export async function readWhatIsSent(gateway: Gateway) {
  const sent: Message[] = [];
  const records: string[] = [];
  const topics = [syncCommands, gatewayOperations];
  const consumer = gateway.kafka.consumer({ groupId: `${gateway.topicPrefix}reader`, maxWaitTimeInMs: 250 });
  await consumer.connect();
  await consumer.subscribe({ topics: topics.map(({ name }) => gateway.topicPrefix + name), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic: name, message }) => {
      records.push(JSON.stringify([message.value?.toString(), message.headers]));
      const topic = topics.find((one) => gateway.topicPrefix + one.name === name);
      const decoded = topic && decode(topic, message);
      if (decoded?.outcome === 'message') sent.push(decoded.message);
    },
  });
  const of = (operationId: string) =>
    sent.filter(({ data }) => (data as { operationId?: string }).operationId === operationId);
  return {
    records,
    /** The command that an operation stands for, once it has arrived. */
    commandOf: <Data = SentCommand>(operationId: string) =>
      of(operationId).find(({ type }) => !type.startsWith('Operation')) as Message<Data> | undefined,
    /** What was published of an operation. */
    publishedOf: (operationId: string) => of(operationId).filter(({ type }) => type.startsWith('Operation')),
    /** The commands to connect that were sent for an owner. */
    connectsOf: (ownerId: string) =>
      sent.filter((one): one is Message<SentCommand> => one.ownerId === ownerId && one.type === 'ConnectAccount.v1'),
    stop: () => consumer.disconnect(),
  };
}

export interface SentCommand {
  operationId: string;
  ownerId: string;
  actor: object;
  connectionId: string;
  sealedGrant: string;
}

export type Sent = Awaited<ReturnType<typeof readWhatIsSent>>;

/** Asks for a connection, as the owner himself unless other claims are given. */
export const connecting =
  (gateway: () => Gateway) =>
  async (userId: string, headers: Record<string, string> = {}, body: object = {}, claims: Claims = { sub: userId }) =>
    gateway().ask<OperationDto>('/api/v1/calendar/connections', {
      method: 'POST',
      token: await gateway().sign(claims),
      headers,
      body: { userId, provider: 'google', refreshToken: refreshToken(), ...body },
    });

import type { Topic } from './topic';

/** The parts of an AsyncAPI 3 document that one service's topics make. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export interface AsyncApiPart {
  channels: Record<string, object>;
  operations: Record<string, object>;
  messages: Record<string, object>;
}

const reference = (...path: string[]) => ({
  $ref: `#/${path.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
});

/** Without `$id`, which would give two messages of one type on two topics the same address in one document. */
function payloadOf({ schema }: Topic['messages'][number]): object {
  const { $id: _id, ...payload } = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
  return payload;
}

/** Facts are sent by the service that owns them; commands are received by it. A message is named `<topic>/<type>`, since a type may be on several topics. */
export function asyncApiPart(service: string, topics: readonly Topic[]): AsyncApiPart {
  const part: AsyncApiPart = { channels: {}, operations: {}, messages: {} };
  for (const topic of topics) {
    for (const contract of topic.messages) {
      part.messages[messageId(topic, contract.type)] = {
        name: contract.type,
        title: contract.type,
        contentType: 'application/json',
        ...(contract.schema.description !== undefined && { summary: contract.schema.description }),
        traits: [reference('components', 'messageTraits', 'cloudEvent')],
        payload: payloadOf(contract),
      };
    }
    part.channels[topic.name] = {
      address: topic.name,
      description: topic.description,
      messages: Object.fromEntries(
        topic.messages.map(({ type }) => [type, reference('components', 'messages', messageId(topic, type))]),
      ),
      bindings: {
        kafka: { topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': topic.retentionMs } },
      },
    };
    const action = topic.kind === 'commands' ? 'receive' : 'send';
    part.operations[`${service}.${action}.${topic.name}`] = {
      action,
      channel: reference('channels', topic.name),
      summary: action === 'send' ? `${service} publishes it` : `${service} accepts it`,
      messages: topic.messages.map(({ type }) => reference('channels', topic.name, 'messages', type)),
    };
  }
  return part;
}

const messageId = (topic: Topic, type: string) => `${topic.name}.${type}`;

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });

/** The whole document of all services. */
export function asyncApiDocument(parts: readonly AsyncApiPart[]) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Calendar Sync',
      version: '1.0.0',
      description:
        'Every message between the services, and for whoever consumes the topics. CloudEvents 1.0 in the Kafka binary content mode: ' +
        'attributes in headers, the data alone in the value. Delivered at least once, in order per key; `ce_sequence` counts without gaps per ' +
        'source, topic and key, so that a consumer knows repeats and gaps. Fields may be added; ignore what you do not know.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: { host: 'localhost:9092', protocol: 'kafka', description: 'where KAFKA_BROKERS points' },
    },
    channels: Object.assign({}, ...parts.map(({ channels }) => channels)) as Record<string, object>,
    operations: Object.assign({}, ...parts.map(({ operations }) => operations)) as Record<string, object>,
    components: {
      messages: Object.assign({}, ...parts.map(({ messages }) => messages)) as Record<string, object>,
      messageTraits: {
        cloudEvent: {
          headers: {
            type: 'object',
            required: [
              'ce_specversion',
              'ce_id',
              'ce_source',
              'ce_type',
              'ce_time',
              'ce_partitionkey',
              'ce_sequence',
              'ce_epoch',
              'ce_dataschema',
              'content-type',
            ],
            properties: {
              'content-type': text('of the value', { const: 'application/json' }),
              ce_specversion: text('of CloudEvents', { const: '1.0' }),
              ce_id: text('of the recorded fact; the same in every repeat'),
              ce_source: text('/calendar-sync/<service>'),
              ce_type: text('the name of the message with its version'),
              ce_time: text('when its owner recorded it, RFC 3339'),
              ce_subject: text('what it is about: an entry, a meeting, a channel'),
              ce_partitionkey: text('the key of the record'),
              ce_sequence: text('gap-free per source, topic, key and epoch, from 1'),
              ce_epoch: text('advanced when the database of the source was restored'),
              ce_dataschema: text('/schemas/<topic>/<type>'),
              ce_ownerid: text('whose calendar it is about'),
              ce_correlationid: text('the same from the push or the request to the last message that follows from it'),
              ce_causedat: text(
                'when the push arrived that all this follows from, RFC 3339; absent of what no push began',
              ),
              traceparent: text('W3C trace context'),
            },
          },
        },
      },
    },
  };
}

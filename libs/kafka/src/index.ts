export { enqueueCommand, type EnqueueOptions } from './commands.outbox';
export { createKafka, type Kafka, type KafkaOptions } from './kafka-client';
export { messagingMigrations } from './messaging.migration';
export { type Labels, type Logger, type Metrics, noMetrics } from './observability';
export {
  keepPrivate,
  type Publication,
  type PublicationMap,
  publications,
  type Publications,
  publish,
  type Published,
} from './publications';
export { OutboxRelay, type OutboxRelayOptions, type RelayState } from './relay/outbox-relay';
export { type OutboxDepth } from './relay/outbox-depth';
export { DatabaseRestored, eachLostMessage } from './relay/own-history';
export { listQuarantined, type QuarantinedKey, releaseQuarantined } from './relay/quarantine';
export { requestReplay } from './relay/replay-lane';
export { SequencesGoneV1 } from './sequences-gone';
export { createTopics, type CreateTopicsOptions, MAX_MESSAGE_BYTES, type TopicDrift } from './topics';
export { type ConsumerState } from './consume/consumer-health';
export { KafkaConsumerStrategy, type KafkaConsumerOptions } from './consume/kafka-consumer.strategy';
export { type Collector, MessageContext } from './consume/message-context';
export { discardParked, listParked, type ParkedMessage, requestReplayOfParked } from './parking/parked-messages';

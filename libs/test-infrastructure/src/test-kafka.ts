import { randomBytes } from 'node:crypto';
import { kafkaBroker, type KafkaBroker, type KafkaOptions } from './servers/kafka-broker';
import { testDirectory, testRun } from './test-run';

/** The run's broker, and a prefix for topics and groups that no other file uses. */
export function testKafka(): { brokers: string[]; topicPrefix: string } {
  const { kafkaBrokers } = testRun();
  if (kafkaBrokers === undefined) throw new Error('No Kafka was started: no file of this package calls testKafka().');
  return { brokers: kafkaBrokers, topicPrefix: `test-${randomBytes(4).toString('hex')}.` };
}

/** A broker of one's own, started, for a test that kills it. It ends with the run at the latest. */
export async function ownKafkaBroker(options?: KafkaOptions): Promise<KafkaBroker> {
  const broker = kafkaBroker(testDirectory('kafka'), options);
  await broker.start();
  return broker;
}

import {
  decode,
  type Message,
  type ReceivedRecord,
  replayTopicName,
  type Topic,
} from '@calendar-sync/contracts-envelope';
import { withSequencesGone } from '../sequences-gone';
import type { Blocker } from './sequence-guard';

/** A topic as this group reads it: live, or the one on which its replays are answered. */
export interface SubscribedTopic {
  topic: Topic;
  /** Without the prefix of the environment; what offsets are kept under. */
  name: string;
  /** As the broker knows it. */
  physicalName: string;
  replay: boolean;
}

export function subscribedTopics(topics: readonly Topic[], group: string, prefix: string): SubscribedTopic[] {
  return topics.flatMap((topic) => {
    const known = withSequencesGone(topic);
    const live = { topic: known, name: topic.name, physicalName: prefix + topic.name, replay: false };
    if (topic.kind !== 'facts') return [live];
    const name = replayTopicName(topic.name, group);
    return [live, { topic: known, name, physicalName: prefix + name, replay: true }];
  });
}

export type Read =
  | { outcome: 'message' | 'unknown-type'; message: Message }
  | { outcome: 'poison'; reason: string; key: string | undefined; blocker: Blocker };

/** Decodes a record. What Postgres could not keep as text (U+0000) is poison too. Never throws. */
export function readRecord(topic: Topic, record: ReceivedRecord): Read {
  const decoded = decode(topic, record);
  if (decoded.outcome === 'poison') {
    return {
      outcome: 'poison',
      reason: decoded.reason,
      key: decoded.key === undefined ? undefined : printable(decoded.key),
      blocker: {
        source: decoded.source === undefined ? undefined : printable(decoded.source),
        epoch: counter(record, 'ce_epoch'),
        sequence: counter(record, 'ce_sequence'),
      },
    };
  }
  const { key, source, id, type, epoch, sequence } = decoded.message;
  if ([key, source, id, type].some((text) => text.includes('\0'))) {
    return {
      outcome: 'poison',
      reason: 'an attribute holds U+0000',
      key: printable(key),
      blocker: { source: printable(source), epoch, sequence },
    };
  }
  return decoded;
}

export const printable = (text: string) => text.replaceAll('\0', '\uFFFD');

/** A whole number from 1 in a header, or nothing. */
function counter(record: ReceivedRecord, name: string): number | undefined {
  const text = headerText(record, name);
  const number = Number(text);
  return text !== undefined && Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}

export function headerText(record: ReceivedRecord, name: string): string | undefined {
  const value = record.headers?.[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}

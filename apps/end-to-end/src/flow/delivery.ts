import type { Message, Topic } from '@calendar-sync/contracts-envelope';

export interface Delivery {
  /** Distinct (source, key, sequence). */
  distinct: number;
  /** Sent again by a relay that was cut off between acknowledgement and cursor: allowed, and dropped by consumers. */
  repeats: number;
  /** Order or gap-freeness broken, in words. */
  faults: string[];
}

/** Whether the messages of a topic first appear in the order of their sequence and without a gap, key by key. */
export function checkDelivery(topic: Topic, messages: readonly Message[]): Delivery {
  const last = new Map<string, number>();
  const faults: string[] = [];
  let distinct = 0;
  for (const message of messages) {
    const key = `${message.source} ${message.epoch} ${message.key}`;
    const before = last.get(key) ?? 0;
    if (message.sequence <= before) continue;
    if (message.sequence !== before + 1)
      faults.push(`${topic.name}: ${key} jumps from ${before} to ${message.sequence}`);
    last.set(key, message.sequence);
    distinct += 1;
  }
  return { distinct, repeats: messages.length - distinct, faults };
}

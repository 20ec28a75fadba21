import type { Guards } from './guard';

/** Of the relay, from the log to the topic. */
export const publishingGuards: Guards = {
  'log-is-read-below-open-transactions': {
    does: 'Whoever follows the log reads only what lies before the oldest transaction that is still open.',
    fault: 2,
    test: 'while 500 others commit',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/log.js',
        find: "($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())';",
        replace: "($1::xid8, $2::bigint)';",
      },
      {
        module: 'libs/event-sourcing/postgres/dist/log.js',
        find: 'SELECT epoch AS log_epoch, $1::xid8 > pg_snapshot_xmin(pg_current_snapshot()) AS cursor_ahead',
        replace: 'SELECT epoch AS log_epoch, $1::xid8 IS NULL AS cursor_ahead',
      },
      {
        module: 'libs/kafka/dist/relay/work-waiting.js',
        find: 'OR $1::xid8 > pg_snapshot_xmin(pg_current_snapshot())',
        replace: '',
      },
      {
        module: 'libs/kafka/dist/relay/work-waiting.js',
        find: 'AND tx < pg_snapshot_xmin(pg_current_snapshot())',
        replace: '',
      },
    ],
  },
  'keys-are-published-by-sequence': {
    does: 'The relay publishes a key by its numbers, with what lies behind the batch, and not as the log holds it.',
    fault: 2,
    test: 'while 500 others commit',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/log-lane.js',
        find: '.sort((a, b) => a.sequence - b.sequence)',
        replace: '',
      },
    ],
  },
  'too-large-is-quarantined': {
    does: 'The key of an event that no topic takes is quarantined, and the relay goes on with the others.',
    fault: 6,
    test: 'too large',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/log-lane.js',
        find: 'if (!(error instanceof sender_1.MessageTooLarge))',
        replace: 'if (true)',
      },
    ],
  },
  'cursor-only-after-ack': {
    does: 'The relay moves its cursor only when the broker has acknowledged what lies before it.',
    fault: 11,
    test: 'messages of a relay',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/log-lane.js',
        find: 'const events = read.events.filter(published_events_1.isPublished);',
        replace:
          'const events = read.events.filter(published_events_1.isPublished); if (events.length > 0) await lease.saveCursor(read.cursor);',
      },
    ],
  },
  'relay-lease-runs-out': {
    does: 'The lease of a relay runs out when its process does not renew it, so that another one publishes after a kill.',
    fault: 11,
    test: 'three minutes',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/lease.js',
        find: 'AND lease_until < clock_timestamp()',
        replace: "AND lease_until = '-infinity'",
      },
    ],
  },
  'unacknowledged-is-sent-again': {
    does: 'A send that the broker did not acknowledge is repeated until it does.',
    fault: 19,
    test: 'disk of Kafka',
    weavings: [
      {
        module: 'libs/kafka/dist/relay/sender.js',
        find: 'await this.once(batch);',
        replace: 'await this.once(batch).catch(() => undefined);',
      },
    ],
  },
};

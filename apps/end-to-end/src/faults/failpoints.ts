import type { Weaving } from '@calendar-sync/test-infrastructure';

/**
 * Where a process can be made to die, freeze, fail or wait: a place in the compiled product, by name. The replacement calls
 * `failpoint('<name>', details)`, or awaits `failpointAsync('<name>', details)` where it must be able to wait.
 */
const places = {
  'sync.page-fetched': {
    module: 'apps/sync/dist/features/pull-changes/puller.js',
    find: 'status = await this.store(lease, target, progress, next.value);',
    replace:
      "await failpointAsync('sync.page-fetched', { calendarId: lease.calendarId }); status = await this.store(lease, target, progress, next.value);",
  },
  'sync.watch-answered': {
    module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
    find: 'return this.opened(calendar, target, channelId, openedAt, opened);',
    replace:
      "await failpointAsync('sync.watch-answered', { calendarId: calendar.calendarId }); return this.opened(calendar, target, channelId, openedAt, opened);",
  },
  'consumer.each-batch': {
    module: 'libs/kafka/dist/consume/batch-runner.js',
    find: 'const generation = membership.generation;',
    replace:
      "const generation = membership.generation; await failpointAsync('consumer.each-batch', { topic: batch.topic });",
  },
  'consumer.before-transaction': {
    module: 'libs/kafka/dist/consume/joined-chunks.js',
    find: 'const outcomes = await database.transaction(',
    replace:
      "for (const { from } of chunks) failpoint('consumer.before-transaction', { topic: from.name }); const outcomes = await database.transaction(",
  },
  'consumer.inside-transaction': {
    module: 'libs/kafka/dist/consume/chunk.js',
    find: 'await work.collected.flush(tx);',
    replace:
      "await work.collected.flush(tx); for (const { chunk, fresh } of held) failpoint('consumer.inside-transaction', { topic: chunk.from.name, messages: fresh.length });",
  },
  'kafkajs.fetch': {
    module: 'node_modules/kafkajs/src/consumer/runner.js',
    find: 'const batches = await this.consumerGroup.fetch(nodeId)',
    replace: "const batches = await this.consumerGroup.fetch(nodeId); failpoint('kafkajs.fetch', { nodeId })",
  },
  'gateway.fold-entry': {
    module: 'apps/gateway/dist/projections/calendar-entries.projection.js',
    find: 'const { start, end, recurrence } = message.data.entry;',
    replace:
      "failpoint('gateway.fold-entry', message.data.entry); const { start, end, recurrence } = message.data.entry;",
  },
  // A message of the product's own arrives damaged: armed with `throw`, it loses its first character.
  'relay.damaged': {
    module: 'libs/kafka/dist/relay/sender.js',
    find: 'messages.push({ key, value, headers });',
    replace:
      "messages.push({ key, value: (() => { try { failpoint('relay.damaged', { topic, key }); return value; } catch { return value.slice(1); } })(), headers });",
  },
  // Armed with `throw`, a relay publishes without having looked at what its topics hold.
  'relay.own-history': {
    module: 'libs/kafka/dist/relay/outbox-relay.js',
    find: 'await this.requireOwnHistory(leftOff);',
    replace:
      "let looks = true; try { failpoint('relay.own-history', {}); } catch { looks = false; } if (looks) await this.requireOwnHistory(leftOff);",
  },
  'rebuild.caught-up': {
    module: 'libs/event-sourcing/postgres/dist/rebuild.js',
    find: 'onCaughtUp(messages);',
    replace:
      "onCaughtUp(messages); await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0'); await failpointAsync('rebuild.caught-up', { table: model.name });",
  },
  'ingestion.answered': {
    module: 'apps/webhook-ingestion/dist/features/receive-push/push-body.js',
    find: 'http.removeAllContentTypeParsers();',
    replace:
      "http.addHook('onResponse', (request, reply, done) => { failpoint('ingestion.answered', { url: request.url, status: reply.statusCode }); done(); }); http.removeAllContentTypeParsers();",
  },
  'relay.before-send': {
    module: 'libs/kafka/dist/relay/log-lane.js',
    find: 'await this.publish(await this.inOrder(events,',
    replace: "failpoint('relay.before-send', { events: events.length }), await this.publish(await this.inOrder(events,",
  },
  'relay.between-ack-and-cursor': {
    module: 'libs/kafka/dist/relay/log-lane.js',
    find: 'await lease.saveCursor(read.cursor);',
    replace:
      "failpoint('relay.between-ack-and-cursor', { events: events.length }), await lease.saveCursor(read.cursor);",
  },
} satisfies Record<string, Omit<Weaving, 'name'>>;

export type Failpoint = keyof typeof places;

export const failpointWeavings = (names: readonly Failpoint[] = Object.keys(places) as Failpoint[]): Weaving[] =>
  names.map((name) => ({ name, ...(places[name] as Omit<Weaving, 'name'>) }));

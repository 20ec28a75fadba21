import { type MessageOf, type ReplayRequestedV1, replayTopicName } from '@calendar-sync/contracts-envelope';
import type { Database, Queryable, Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Logger, Metrics } from '../observability';
import type { Publications } from '../publications';
import type { RecordMaker } from './outgoing';
import { eventsOfTopic, type PublishedEvent } from './published-events';
import { sendUntilRefused } from './quarantine';
import { type Sender, TopicUnknown } from './sender';

type ReplayRequested = MessageOf<typeof ReplayRequestedV1>;

interface RequestRow {
  id: string;
  topic: string;
  key: string | null;
  consumer: string;
  from_sequence: string;
  to_sequence: string | null;
  at_key: string | null;
  at_sequence: string | null;
  revision: number;
}

interface Place {
  key: string;
  sequence: number;
}

const PAGE = 200;

/** Keeps a consumer's request. One that is asked again while it is being served goes on where it is; a wider one starts anew. */
export async function requestReplay(
  tx: Transaction,
  { topic, key, consumer, fromSequence, toSequence }: ReplayRequested,
): Promise<void> {
  await tx.query(
    `INSERT INTO replay_requests AS r (topic, key, consumer, from_sequence, to_sequence) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (topic, key, consumer) DO UPDATE SET
       from_sequence = least(r.from_sequence, excluded.from_sequence),
       to_sequence = CASE WHEN r.to_sequence IS NULL OR excluded.to_sequence IS NULL THEN NULL
         ELSE greatest(r.to_sequence, excluded.to_sequence) END,
       at_key = CASE WHEN excluded.from_sequence < r.from_sequence THEN NULL ELSE r.at_key END,
       at_sequence = CASE WHEN excluded.from_sequence < r.from_sequence THEN NULL ELSE r.at_sequence END,
       revision = r.revision + 1`,
    [topic, key ?? null, consumer, fromSequence, toSequence ?? null],
  );
}

/** Answers `ReplayRequested` on the asking consumer's own topic, a page at a time so that the live flow goes on beside it. */
export class ReplayLane {
  constructor(
    private readonly options: {
      database: Database;
      sender: Sender;
      records: RecordMaker;
      publications: Publications;
      logger: Logger;
      metrics: Metrics;
    },
  ) {}

  /** Serves one page of the request that waited longest. Gives how many were served: none or one. */
  async step(epoch: number): Promise<number> {
    const { database, publications, logger } = this.options;
    const { rows } = await database.query<RequestRow>(
      'SELECT * FROM replay_requests ORDER BY served_at NULLS FIRST, id LIMIT 1',
    );
    const request = rows[0];
    if (request === undefined) return 0;
    if (!publications.topics.has(request.topic)) {
      logger.error(
        { topic: request.topic, consumer: request.consumer },
        'a replay was asked for of a topic that is not ours',
      );
      await this.finish(request);
      return 1;
    }
    try {
      await this.servePage(request, epoch);
    } catch (error) {
      if (!(error instanceof TopicUnknown)) throw error;
      logger.error(
        { alarm: 'topic-missing', topics: error.topics, consumer: request.consumer },
        'a replay was asked for, but the topic to answer on is not there; it is asked for again',
      );
      await this.finish(request);
    }
    return 1;
  }

  private async servePage(request: RequestRow, epoch: number): Promise<void> {
    const from = Number(request.from_sequence);
    const at: Place =
      request.at_key === null
        ? { key: request.key ?? '', sequence: request.key === null ? 0 : from - 1 }
        : { key: request.at_key, sequence: Number(request.at_sequence) };
    const events = await eventsOfTopic(this.options.database, {
      topic: request.topic,
      key: request.key ?? undefined,
      after: at,
      fromSequence: from,
      toSequence: request.to_sequence === null ? undefined : Number(request.to_sequence),
      limit: PAGE,
    });
    const reached = await this.serve(request, at, events, epoch);
    if (events.length === PAGE) await this.save(request, reached);
    else {
      await this.tellWhatIsGone(request, reached, epoch);
      await this.finish(request);
    }
  }

  private async serve(
    request: RequestRow,
    at: Place,
    events: readonly PublishedEvent[],
    epoch: number,
  ): Promise<Place> {
    const { records, sender, logger, metrics } = this.options;
    const recordTopic = replayTopicName(request.topic, request.consumer);
    let reached = at;
    for (const ofKey of runsOfKey(events)) {
      const [first] = ofKey;
      if (first === undefined) continue;
      let expected = first.key === reached.key ? reached.sequence + 1 : Number(request.from_sequence);
      for (const run of runsOfSequence(ofKey)) {
        const start = run[0]?.sequence ?? expected;
        if (start > expected) await this.sendGone(request, first.key, expected, start - 1, epoch);
        const refused = await sendUntilRefused(run, (event) => records.record(event, epoch, recordTopic), sender, {
          foreign: true,
        });
        if (refused !== undefined) {
          logger.error(
            { topic: request.topic, key: first.key, ...reasonOf(refused) },
            'a replay stops at an event that can not be published',
          );
          expected = Number.MAX_SAFE_INTEGER;
          break;
        }
        expected = (run.at(-1)?.sequence ?? expected) + 1;
      }
      metrics.count(
        'relay_replayed_total',
        'Messages sent again for a consumer',
        { topic: request.topic },
        ofKey.length,
      );
      reached = { key: first.key, sequence: expected - 1 };
    }
    return reached;
  }

  private async tellWhatIsGone(request: RequestRow, reached: Place, epoch: number): Promise<void> {
    if (request.key === null || request.to_sequence === null || reached.sequence >= Number(request.to_sequence)) return;
    const { rows } = await this.options.database.query<{ last: string }>(
      'SELECT last FROM topic_sequences WHERE topic = $1 AND key = $2',
      [request.topic, request.key],
    );
    const asked = Number(request.to_sequence);
    const given = rows[0] === undefined ? asked : Number(rows[0].last);
    if (given < asked) {
      this.options.logger.error(
        { alarm: 'consumer-ahead', topic: request.topic, key: request.key, given, asked },
        'a consumer asks for numbers that were never given: was this database restored without advancing its epoch?',
      );
    }
    const to = Math.min(asked, given);
    if (reached.sequence < to) await this.sendGone(request, request.key, reached.sequence + 1, to, epoch);
  }

  private async sendGone(
    { topic, consumer }: RequestRow,
    key: string,
    fromSequence: number,
    toSequence: number,
    epoch: number,
  ) {
    const { records, sender, logger } = this.options;
    logger.warn({ topic, key, consumer, fromSequence, toSequence }, 'asked for again, but there no longer');
    const gone = records.sequencesGone(
      topic,
      key,
      { fromSequence, toSequence },
      epoch,
      replayTopicName(topic, consumer),
    );
    await sender.send([gone], { foreign: true });
  }

  private async save({ id, revision }: RequestRow, { key, sequence }: Place): Promise<void> {
    await this.options.database.query(
      `UPDATE replay_requests SET served_at = clock_timestamp(), at_key = $3, at_sequence = $4 WHERE id = $1 AND revision = $2`,
      [id, revision, key, sequence],
    );
  }

  private async finish({ id, revision }: RequestRow): Promise<void> {
    await this.options.database.query('DELETE FROM replay_requests WHERE id = $1 AND revision = $2', [id, revision]);
  }
}

export async function replaysWaiting(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ waiting: string }>('SELECT count(*) AS waiting FROM replay_requests');
  return Number(rows[0]?.waiting ?? 0);
}

const reasonOf = ({ event, reason }: { event: PublishedEvent; reason: string }) => ({
  sequence: event.sequence,
  eventType: event.type,
  reason,
});

const runsOfKey = (events: readonly PublishedEvent[]) => runs(events, (previous, next) => previous.key === next.key);
const runsOfSequence = (events: readonly PublishedEvent[]) =>
  runs(events, (previous, next) => previous.sequence + 1 === next.sequence);

function runs(
  events: readonly PublishedEvent[],
  together: (previous: PublishedEvent, next: PublishedEvent) => boolean,
) {
  const all: PublishedEvent[][] = [];
  for (const event of events) {
    const current = all.at(-1);
    const previous = current?.at(-1);
    if (current !== undefined && previous !== undefined && together(previous, event)) current.push(event);
    else all.push([event]);
  }
  return all;
}

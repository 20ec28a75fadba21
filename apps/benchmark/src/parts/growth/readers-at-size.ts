import { randomUUID } from 'node:crypto';
import { type Database, type ReceivedMessage, type Transaction } from '@calendar-sync/event-sourcing-postgres';
import { builtBy, readModelsOfGateway } from '../../product/built';
import { sampleCalendar } from '../../product/sample-entries';
import { accountOf, copyOf, copyRows, openPatiently, ownerOf, placeInLog, type Sample, shortEntry } from './clones';
import { timed } from './sync-at-size';

interface Observed {
  message: ReceivedMessage;
  metadata: object;
}
type Observe = (tx: Transaction, observed: readonly Observed[]) => Promise<void>;

const { observeCalendars, observeConnections } = builtBy(
  'monitoring',
  'features/observe-calendars/observe-calendars.handler.js',
) as { observeCalendars: Observe; observeConnections: Observe };

interface Ids {
  ownerId: string;
  connectionId: string;
  calendarId: string;
  entryId: string;
}

const sampleIds: Ids = { ...sampleCalendar(0), entryId: '00000000-0000-4000-8000-000000000042' };
const sample: Sample = {
  connectionId: sampleIds.connectionId,
  ids: [sampleIds.calendarId, sampleIds.entryId],
};

/** What sync tells of one calendar, numbered per topic. */
class Told {
  private readonly sequences = new Map<string, number>();

  connected = (ids: Ids) =>
    this.message('sync.connections.v1', 'ConnectionEstablished.v1', ids.connectionId, ids, CONNECTION);
  added = (ids: Ids) =>
    this.message('sync.calendars.v1', 'CalendarAdded.v1', ids.calendarId, ids, {
      calendar: { ...ids, ...CALENDAR },
    });
  pushed = (ids: Ids) =>
    this.message('webhook-ingestion.calendar-changes.v1', 'CalendarChangeNotified.v1', ids.calendarId, ids, {
      notificationId: randomUUID(),
      resourceState: 'exists',
      receivedAt: new Date().toISOString(),
    });
  synced = (ids: Ids) => {
    const now = new Date().toISOString();
    return this.message('sync.calendar-syncs.v1', 'CalendarSynced.v1', ids.calendarId, ids, {
      ...SYNC,
      pullId: randomUUID(),
      startedAt: now,
      finishedAt: now,
      notifiedAt: now,
    });
  };
  entry = (ids: Ids, type: 'EntryAdded.v1' | 'EntryChanged.v1') => {
    const entry = shortEntry();
    const title = `Review of ${Date.now()}`;
    const named = { ...entry, title, entryId: ids.entryId, calendarId: ids.calendarId };
    const message = this.message('sync.calendar-entries.v1', type, ids.calendarId, ids, {
      entry: named,
      ...(type === 'EntryChanged.v1' && { changed: [{ field: 'title', old: entry.title, new: title }] }),
    });
    return { ...message, subject: ids.entryId };
  };

  private message(topic: string, type: string, key: string, { ownerId, ...ids }: Ids, data: object): ReceivedMessage {
    const sequence =
      (this.sequences.get(`${topic} ${key}`) ?? (key === sample.ids[0] || key === sample.connectionId ? 0 : 1)) + 1;
    this.sequences.set(`${topic} ${key}`, sequence);
    return {
      id: randomUUID(),
      source: `/calendar-sync/${topic.split('.')[0]}`,
      topic,
      type,
      key,
      sequence,
      epoch: 1,
      time: new Date().toISOString(),
      ownerId,
      data: { ownerId, ...ids, ...data },
    };
  }
}

const CONNECTION = { provider: 'google', account: 'account', scopes: [], connectedAt: '2026-11-01T08:00:00Z' };
const CALENDAR = {
  provider: 'google',
  providerCalendarId: 'work@example.org',
  title: 'Work',
  timeZone: 'Europe/Berlin',
  accessRole: 'owner',
  primary: true,
  hidden: false,
};
const SYNC = { kind: 'incremental', trigger: 'notification', pages: 1, items: 1, added: 0, changed: 1, cancelled: 0 };

/** The gateway's and monitoring's part in one change, by their own functions, in databases with so many calendars. */
export class ReadersAtSize {
  private readonly gateway: Database;
  private readonly monitoring: Database;
  private readonly readModels = readModelsOfGateway();
  private readonly told = new Told();
  private hot: number[] = [];

  constructor(urls: { gateway: string; monitoring: string }) {
    this.gateway = openPatiently(urls.gateway);
    this.monitoring = openPatiently(urls.monitoring);
  }

  close = async () => void (await Promise.all([this.gateway.close(), this.monitoring.close()]));

  async fill(calendars: number, hot: number): Promise<void> {
    const { told, gateway, monitoring } = this;
    const connected = told.connected(sampleIds);
    const added = told.added(sampleIds);
    const synced = told.synced(sampleIds);
    await gateway.transaction((tx) =>
      this.readModels.flush(tx, [connected, added, told.entry(sampleIds, 'EntryAdded.v1'), synced]),
    );
    await this.observe(observeConnections, connected);
    await this.observe(observeCalendars, added);
    await this.observe(observeCalendars, told.pushed(sampleIds));
    await this.observe(observeCalendars, synced);

    const ofConnection = `key = '${sample.connectionId}'`;
    const copied = [
      [gateway, 'connections', 'calendars', 'calendar_entries', 'calendar_sync_status'],
      [
        monitoring,
        'monitored_connections',
        'calendar_monitoring_results',
        'calendar_health_reports',
        'topic_sequences',
      ],
    ] as const;
    const copyAll = async ([database, connections, ...tables]: (typeof copied)[number]) => {
      const copy = (rest: Parameters<typeof copyRows>[3]) => copyRows(database, sample, calendars, rest);
      await copy({ table: connections, perAccount: true });
      await copy({ table: 'events', where: ofConnection, perAccount: true, set: placeInLog });
      await copy({ table: 'events', where: `key = '${sampleIds.calendarId}'`, set: placeInLog });
      for (const table of tables) await copy({ table });
      await database.query('VACUUM (ANALYZE)');
    };
    await Promise.all(copied.map(copyAll));
    const step = calendars / hot;
    this.hot = Array.from({ length: hot }, (_, index) => 1 + Math.floor(index * step));
  }

  /** Milliseconds of the gateway for one change: entry and sync kept and folded. */
  async fold(): Promise<number> {
    const ids = this.next();
    const messages = [this.told.entry(ids, 'EntryChanged.v1'), this.told.synced(ids)];
    return timed(() => this.gateway.transaction((tx) => this.readModels.flush(tx, messages)));
  }

  /** Milliseconds of monitoring for one change: push and sync kept, folded, health told. */
  async watch(): Promise<number> {
    const ids = this.next();
    const [pushed, synced] = [this.told.pushed(ids), this.told.synced(ids)];
    return timed(async () => {
      await this.observe(observeCalendars, pushed);
      await this.observe(observeCalendars, synced);
    });
  }

  private observe = (observe: Observe, message: ReceivedMessage) =>
    this.monitoring.transaction((tx) => observe(tx, [{ message, metadata: {} }]));

  private next(): Ids {
    const calendar = this.hot.shift()!;
    this.hot.push(calendar);
    return {
      ownerId: ownerOf(calendar),
      connectionId: copyOf(sampleIds.connectionId, accountOf(calendar)),
      calendarId: copyOf(sampleIds.calendarId, calendar),
      entryId: copyOf(sampleIds.entryId, calendar),
    };
  }
}

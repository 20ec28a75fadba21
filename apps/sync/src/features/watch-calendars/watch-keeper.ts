import {
  ChannelIdTaken,
  type OpenedWatch,
  ProviderFailure,
  WatchNotSupported,
  WatchRefused,
} from '@calendar-sync/calendar-providers-port';
import { type ChannelTokenKeys, channelToken } from '@calendar-sync/contracts-webhook-ingestion';
import type { Database, Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { Logger } from '@calendar-sync/service-host';
import { renewAt } from '../../domain/watch-renewal';
import { record, type StreamOfEvents } from '../../publishing/record';
import type { WatchEvent } from '../../publishing/sync-events';
import type { CredentialVault } from '../guard-credentials/credential-vault';
import { loadTarget, type Providers, type PullTarget } from '../pull-changes/pull-target';
import { markDirty } from '../pull-changes/sync-state.store';
import type { QuotaBuckets } from '../respect-quotas/quota-buckets';
import { cancelJobs, enqueueJobs } from '../run-jobs/job-queue';
import {
  type Channel,
  hasOpenings,
  isOpening,
  liveChannel,
  noteFailed,
  noteOpened,
  noteOpening,
  noteStopped,
  noteUnwanted,
  takeLostOpenings,
} from './webhook.store';

export interface WatchKeeperOptions {
  database: Database;
  vault: CredentialVault;
  providers: Providers;
  quotas: QuotaBuckets;
  /** Where pushes go; without it nothing is watched. */
  address: string | undefined;
  tokenKeys: ChannelTokenKeys;
  ttlSeconds: number;
  /** An opening that was not answered for that long is given up: longer than a call may take, its grant and its repetition included. */
  lostAfterMs: number;
  logger: Logger;
  onDirty: () => void;
}

export interface WatchedCalendar {
  calendarId: string;
  ownerId: string;
  connectionId: string;
}

/** When to look again, in milliseconds; undefined: never, the calendar is polled for good. */
export type NextLook = number | undefined;

const REFUSED_AGAIN_MS = 60 * 60_000;
const TAKEN_IDS = 3;
/** A channel that nobody wants any more is stopped at once; its job is for a crash in between. */
const UNWANTED_FALLBACK_MS = 15_000;

export const watchStream = (of: WatchedCalendar, channelId: string, events: WatchEvent[]): StreamOfEvents => ({
  streamId: `calendar-watch-${channelId}`,
  ownerId: of.ownerId,
  events,
});

/** Keeps one live channel per calendar: opens it, renews it before its end (new before old), opens it again when it ended. */
export class WatchKeeper {
  constructor(private readonly options: WatchKeeperOptions) {}

  /** Throws a ProviderFailure when the provider could not be asked. */
  async ensure(calendar: WatchedCalendar): Promise<NextLook> {
    const { database, address } = this.options;
    if (address === undefined) return undefined;
    const live = await liveChannel(database, calendar.calendarId);
    const sound = live !== undefined && !live.expired && live.connectionId === calendar.connectionId;
    await this.tidy(calendar, live);
    if (sound && live.renewInMs > 0) return this.nextLook(calendar, live.renewInMs);
    const target = await loadTarget(database, this.options.vault, this.options.providers, calendar.calendarId);
    return this.open(calendar, target, address);
  }

  /** A channel that ended by itself is no more; openings without an answer are stopped where their first push told how. */
  private async tidy(calendar: WatchedCalendar, live: Channel | undefined): Promise<void> {
    await this.options.database.transaction(async (tx) => {
      const lost = await takeLostOpenings(tx, calendar.calendarId, this.options.lostAfterMs);
      if (live?.expired) {
        await noteStopped(tx, live.channelId, 'expired');
        await record(tx, [
          watchStream(calendar, live.channelId, [
            { type: 'WatchStopped', data: { ...about(calendar), channelId: live.channelId, reason: 'expired' } },
          ]),
        ]);
      }
      await this.stopLater(tx, lost, 'unknown-channel');
    });
  }

  private async open(calendar: WatchedCalendar, target: PullTarget, address: string): Promise<NextLook> {
    const { database, quotas, tokenKeys, ttlSeconds } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      await quotas.spend(target.user);
      const { channelId, openedAt } = await noteOpening(database, calendar);
      let opened: OpenedWatch;
      try {
        opened = await target.provider.openWatch(target.credentials, target.providerCalendarId, {
          channelId,
          token: channelToken(tokenKeys, channelId, calendar.calendarId),
          address,
          ttlSeconds,
        });
      } catch (error) {
        if (!(error instanceof ProviderFailure)) throw error;
        // Without an answer the channel may live: it stays 'opening' until its first push or its time tells.
        if (error.code !== 'ProviderUnavailable') await noteFailed(database, channelId, error.code);
        if (error instanceof ChannelIdTaken && attempt < TAKEN_IDS) continue;
        if (error instanceof WatchNotSupported) return this.refused(calendar, channelId, error, true);
        if (error instanceof WatchRefused) return this.refused(calendar, channelId, error, false);
        throw error;
      }
      return this.opened(calendar, target, channelId, openedAt, opened);
    }
  }

  private async opened(
    calendar: WatchedCalendar,
    target: PullTarget,
    channelId: string,
    openedAt: Date,
    { resourceId, expiresAt }: OpenedWatch,
  ): Promise<NextLook> {
    const { database, logger } = this.options;
    const renew = renewAt(openedAt, expiresAt, Math.random());
    const outcome = await database.transaction(async (tx) => {
      // Whoever lets the calendar go takes its state, too: either this waits until that is done, or that finds the channel.
      await tx.query('SELECT FROM calendar_sync_states WHERE calendar_id = $1 FOR UPDATE', [calendar.calendarId]);
      const { rowCount } = await tx.query(
        `SELECT FROM calendars WHERE calendar_id = $1 AND connection_id = $2 AND status = 'active'`,
        [calendar.calendarId, calendar.connectionId],
      );
      const isGivenUp = !(await isOpening(tx, channelId));
      if (rowCount === 0 || isGivenUp) {
        const reason = isGivenUp ? 'unknown-channel' : 'calendar-removed';
        const unwanted = await noteUnwanted(tx, channelId, resourceId);
        await this.stopLater(tx, unwanted, reason, { delayMs: UNWANTED_FALLBACK_MS });
        return reason;
      }
      await tx.query("UPDATE calendar_sync_states SET mode = 'push' WHERE calendar_id = $1", [calendar.calendarId]);
      // Covers what changed before the channel lived.
      const seam = await markDirty(tx, [{ calendarId: calendar.calendarId }], { trigger: 'poll' });
      const replaced = await noteOpened(tx, {
        ...calendar,
        channelId,
        resourceId,
        expiresAt,
        renewAt: renew,
        openedAt,
      });
      await record(tx, [
        watchStream(calendar, channelId, [
          { type: 'WatchOpened', data: { ...about(calendar), channelId, expiresAt: expiresAt.toISOString() } },
        ]),
      ]);
      if (replaced) await this.stopLater(tx, [replaced], 'renewed', { afterSeq: seam.get(calendar.calendarId) });
      tx.afterCommit(this.options.onDirty);
      return 'live';
    });
    if (outcome === 'live') return this.nextLook(calendar, renew.getTime() - openedAt.getTime());
    logger.info(
      { calendarId: calendar.calendarId, channelId, outcome },
      'a channel was opened that nobody wants: its calendar was let go meanwhile, or the answer came after it was given up',
    );
    // The grant at hand may be forgotten by the time the job comes to it.
    await target.provider.stopWatch(target.credentials, { channelId, resourceId });
    await database.transaction(async (tx) => {
      await noteStopped(tx, channelId, outcome);
      await cancelJobs(tx, ['stop-channel'], { subjects: [channelId] });
    });
    return outcome === 'unknown-channel' ? 0 : undefined;
  }

  private async refused(
    calendar: WatchedCalendar,
    channelId: string,
    failure: ProviderFailure,
    permanent: boolean,
  ): Promise<NextLook> {
    const { database, logger } = this.options;
    if (!permanent) {
      logger.error(
        { calendarId: calendar.calendarId, failure: failure.code, detail: failure.message },
        'the provider refuses the address for pushes; the calendar is polled meanwhile',
      );
    }
    await database.transaction(async (tx) => {
      await tx.query(
        "UPDATE calendar_sync_states SET mode = 'polling' WHERE calendar_id = $1 AND NOT EXISTS (SELECT FROM calendar_webhooks WHERE calendar_id = $1 AND state = 'live')",
        [calendar.calendarId],
      );
      await record(tx, [
        watchStream(calendar, channelId, [
          { type: 'WatchRefused', data: { ...about(calendar), reason: failure.message || failure.code, permanent } },
        ]),
      ]);
    });
    return permanent ? undefined : REFUSED_AGAIN_MS;
  }

  /** Openings whose answer was lost are looked after as soon as that is certain, not only at the next renewal. */
  private async nextLook({ calendarId }: WatchedCalendar, renewInMs: number): Promise<NextLook> {
    const isAnyOpening = await hasOpenings(this.options.database, calendarId);
    return isAnyOpening ? Math.min(renewInMs, this.options.lostAfterMs * 1.1) : renewInMs;
  }

  private async stopLater(
    tx: Transaction,
    channels: Channel[],
    reason: string,
    { afterSeq, delayMs = 0 }: { afterSeq?: string | undefined; delayMs?: number } = {},
  ) {
    await enqueueJobs(
      tx,
      channels.flatMap(({ channelId, resourceId, ownerId, connectionId, calendarId }) =>
        resourceId === undefined
          ? []
          : {
              kind: 'stop-channel' as const,
              subject: channelId,
              ownerId,
              connectionId,
              delayMs,
              details: { resourceId, reason, calendarId, ...(afterSeq === undefined ? {} : { afterSeq }) },
            },
      ),
    );
  }
}

const about = ({ ownerId, connectionId, calendarId }: WatchedCalendar) => ({ ownerId, connectionId, calendarId });

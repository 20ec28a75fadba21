import type { Guards } from './guard';

/** Of pushes, of the channels that they come from, and of the jobs that open those. */
export const watchingGuards: Guards = {
  'answered-only-when-stored': {
    does: 'A push is answered 2xx only when its row is committed.',
    fault: 11,
    test: 'pushes that were answered',
    weavings: [
      {
        module: 'apps/webhook-ingestion/dist/features/receive-push/receive-push.controller.js',
        find: 'await this.intake.receive(push, (0, service_host_1.currentTraceparent)());',
        replace: 'setTimeout(() => this.intake.receive(push).catch(() => undefined), 100);',
      },
    ],
  },
  'lost-openings-are-stopped': {
    does: 'A channel whose opening was never kept is given up after a while and stopped.',
    fault: 11,
    test: 'no channel is left',
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const lost = await (0, webhook_store_1.takeLostOpenings)(tx, calendar.calendarId, this.options.lostAfterMs);',
        replace: 'const lost = [];',
      },
    ],
  },
  'first-push-tells-the-resource': {
    does: 'The first push of a channel tells what is needed to stop it, for an opening whose answer was lost.',
    fault: 11,
    test: 'no channel is left',
    weavings: [
      {
        module: 'apps/sync/dist/features/receive-notifications/note-notifications.js',
        find: 'resource_id = coalesce(w.resource_id, n.resource_id)',
        replace: 'resource_id = w.resource_id',
      },
    ],
  },
  'silent-channel-replaced': {
    does: 'Polls that find again and again what no push announced have the channel replaced: nobody can ask whether it still lives.',
    fault: 15,
    test: 'every push is lost',
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/finish-pull.js',
        find: 'await replaceSilentChannel(tx, lease);',
        replace: 'await Promise.resolve();',
      },
    ],
  },
  'channel-noted-before-watch': {
    does: 'A channel is a row before the provider is asked for it, so that a push faster than the answer is not taken for a leftover to be stopped.',
    fault: 15,
    test: 'before the answer to watch',
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const { channelId, openedAt } = await (0, webhook_store_1.noteOpening)(database, calendar);',
        replace: 'const channelId = globalThis.crypto.randomUUID(); const openedAt = new Date();',
      },
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const isGivenUp = !(await',
        replace:
          "await tx.query(`INSERT INTO calendar_webhooks (channel_id, calendar_id, owner_id, connection_id, state) VALUES ($1, $2, $3, $4, 'opening') ON CONFLICT DO NOTHING`, [channelId, calendar.calendarId, calendar.ownerId, calendar.connectionId]); const isGivenUp = !(await",
      },
    ],
  },
  'job-claims-run-out': {
    does: 'The claim of a job runs out when its process does not renew it, so that another one takes over what a killed one had in hand.',
    fault: 17,
    weavings: [
      {
        module: 'apps/sync/dist/features/run-jobs/job-queue.js',
        find: 'kind <> ALL ($4::text[]) AND run_at <= now() AND (lease_until IS NULL OR lease_until <= now())',
        replace: 'kind <> ALL ($4::text[]) AND run_at <= now() AND lease_until IS NULL',
      },
    ],
  },
  'renewed-before-the-end': {
    does: 'A channel is renewed between half and four fifths of its life, which leaves time for a process that dies over it.',
    fault: 17,
    weavings: [
      {
        module: 'apps/sync/dist/domain/watch-renewal.js',
        find: 'lifetime * (0.5 + 0.3 * random)',
        replace: 'lifetime',
      },
    ],
  },
  'new-channel-before-old': {
    does: 'The old channel is stopped only when the new one lives.',
    fault: 17,
    weavings: [
      {
        module: 'apps/sync/dist/features/watch-calendars/watch-keeper.js',
        find: 'const { channelId, openedAt } = await (0, webhook_store_1.noteOpening)(database, calendar);',
        replace:
          'const old = await (0, webhook_store_1.liveChannel)(database, calendar.calendarId); if (old) await target.provider.stopWatch(target.credentials, old); const { channelId, openedAt } = await (0, webhook_store_1.noteOpening)(database, calendar);',
      },
    ],
  },
  'connecting-notes-what-is-done': {
    does: 'A job that connects an account notes with each step that it is done, so that another attempt goes on behind it.',
    fault: 1,
    test: 'an account whose connecting',
    weavings: [
      {
        module: 'apps/sync/dist/features/connect-account/connect-account.job.js',
        find: 'await note(tx, job, { established });',
        replace: '',
      },
    ],
  },
};

import type { Weaving } from '@calendar-sync/test-infrastructure';

/** What keeps a promise of the product under a fault, the test that shows it, and how it is taken away for once. */
export interface Guard {
  /** What it does, in one sentence. */
  does: string;
  /** The number of the fault test that must fail without it. */
  fault: number;
  /** Part of the name of the one test in that file, where not the whole file is meant. */
  test?: string;
  weavings: readonly Omit<Weaving, 'name'>[];
}

export const guards: Readonly<Record<string, Guard>> = {
  'stored-offset-and-sequence': {
    does: 'A consumer applies what lies at its stored offset and has the next number of its key, and drops the rest; either of the two alone is enough here, so both are taken away.',
    fault: 1,
    test: 'taken once|applied once',
    weavings: [
      {
        module: 'libs/kafka/dist/consume/chunk.js',
        find: '.filter(({ offset }) => BigInt(offset) >= next)',
        replace: '',
      },
      {
        module: 'libs/kafka/dist/consume/sequence-guard.js',
        find: 'if (isCovered(numbers, progress))',
        replace: 'if (false)',
      },
    ],
  },
  'unknown-commit-is-looked-up': {
    does: 'A commit of which nothing was heard counts as a failure of nobody: what it was about is looked up again and goes on from there.',
    fault: 1,
    test: 'pages of which sync did not hear',
    weavings: [
      {
        module: 'libs/event-sourcing/postgres/dist/errors.js',
        find: 'if (error instanceof CommitOutcomeUnknown)',
        replace: 'if (false)',
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
        find: 'const channelId = await (0, webhook_store_1.noteOpening)(database, calendar);',
        replace:
          'const old = await (0, webhook_store_1.liveChannel)(database, calendar.calendarId); if (old) await target.provider.stopWatch(target.credentials, old); const channelId = await (0, webhook_store_1.noteOpening)(database, calendar);',
      },
    ],
  },
};

/** The guard that this run does without, as `npm run test:faults -- --without-guard=NAME` sets it. */
export function removedGuard(): string | undefined {
  const name = process.env['WITHOUT_GUARD'];
  if (name === undefined || name === '') return undefined;
  if (guards[name] === undefined) throw new Error(`no guard is named ${name}: ${Object.keys(guards).join(', ')}`);
  return name;
}

export const guardWeavings = (name: string | undefined): Weaving[] =>
  name === undefined
    ? []
    : guards[name]!.weavings.map((weaving, index) => ({ name: `without ${name} (${index + 1})`, ...weaving }));

import type { Guards } from './guard';

/** Of calls to the provider. */
export const providerGuards: Guards = {
  'calls-end-in-time': {
    does: 'No call to the provider takes longer than its limit.',
    fault: 16,
    weavings: [
      {
        module: 'libs/calendar-providers/google/dist/oauth/access.js',
        find: 'timeout: endpoints.timeoutMs, ',
        replace: '',
      },
    ],
  },
  'largest-answer': {
    does: 'No answer of the provider is taken in beyond 64 MB.',
    fault: 16,
    weavings: [
      {
        module: 'libs/calendar-providers/google/dist/oauth/access.js',
        find: '{ maxContentLength: LARGEST_ANSWER, size: LARGEST_ANSWER }',
        replace: '{}',
      },
    ],
  },
  'limit-of-one-user': {
    does: 'The limit of one user blocks his budget and not that of all.',
    fault: 16,
    weavings: [
      {
        module: 'libs/calendar-providers/google/dist/failures.js',
        find: "isOfProject(message ?? '') ? 'project' : 'user'",
        replace: "'project'",
      },
    ],
  },
  'limit-holds-every-call': {
    does: 'A limit holds back every call for that user until it is over, not only the calendar that met it.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/record-failure.js',
        find: 'await quotas.block(tx, failed.user, reaction.bucket, reaction.delayMs);',
        replace: 'await Promise.resolve();',
      },
    ],
  },
  'failures-wait': {
    does: 'A calendar whose pull failed waits, longer each time, before it is pulled again.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/domain/retry-policy.js',
        find: 'Math.ceil(backoff(attempt, limits) * random)',
        replace: '0',
      },
    ],
  },
  'dead-grant-suspends': {
    does: 'A connection whose grant is dead is suspended: nobody asks with that grant again.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/domain/retry-policy.js',
        find: "return { kind: 'suspend', reason: 'access-revoked' };",
        replace: 'return retry(attempt, random, limits);',
      },
    ],
  },
  'slow-answers-keep-no-place': {
    does: 'A pull whose provider does not answer gives its place to another calendar meanwhile.',
    fault: 16,
    weavings: [
      {
        module: 'apps/sync/dist/features/pull-changes/pull-worker.js',
        find: 'pull.slow = true;',
        replace: 'pull.slow = false;',
      },
    ],
  },
};

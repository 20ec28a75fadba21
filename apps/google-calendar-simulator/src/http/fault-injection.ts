import type { Faults, Situation } from '../faults/faults';
import type { ErrorFault } from '../faults/switches';
import { ApiError, invalidCredentials, usageLimit } from './api-error';
import type { Reply } from './router';

/** What is done to a call instead of answering it. */
export type Interruption = 'hang' | 'reset' | undefined;
export type Spoiled = 'truncated' | 'huge' | undefined;

const MESSAGES: { readonly [reason: string]: string } = {
  rateLimitExceeded: 'Rate Limit Exceeded',
  userRateLimitExceeded: 'User Rate Limit Exceeded',
  quotaExceeded: 'Calendar usage limits exceeded.',
  backendError: 'Backend Error',
  notFound: 'Not Found',
  failedPrecondition: 'Precondition check failed.',
  insufficientPermissions: 'Insufficient Permission',
};

const BY_STATUS: { readonly [status: number]: string } = {
  400: 'failedPrecondition',
  403: 'rateLimitExceeded',
  404: 'notFound',
  409: 'conflict',
  410: 'fullSyncRequired',
  429: 'rateLimitExceeded',
};

const page = (status: number): string =>
  `<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error ${status} (Server Error)!!1</title>\n<p><b>${status}.</b> <ins>That\u2019s an error.</ins>\n<p>The server encountered a temporary error and could not complete your request.\n`;

function replyOf(fault: ErrorFault): Reply {
  const headers: { [name: string]: string } =
    fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  if (fault.html) {
    return { status: fault.status, text: page(fault.status), contentType: 'text/html; charset=UTF-8', headers };
  }
  if (fault.status === 401 && fault.reason === undefined) {
    const error = invalidCredentials();
    return { status: 401, json: error.body(), headers: { ...error.headers, ...headers } };
  }
  const reason = fault.reason ?? BY_STATUS[fault.status] ?? 'backendError';
  const message = fault.message ?? MESSAGES[reason] ?? reason;
  const limits = /imitExceeded$|^quotaExceeded$/.test(reason);
  const domain = reason === 'fullSyncRequired' ? 'calendar' : 'global';
  const error = limits
    ? usageLimit(fault.status, reason, message)
    : new ApiError(fault.status, { domain, reason, message });
  return { status: fault.status, json: error.body(), headers };
}

export class FaultInjection {
  constructor(private readonly faults: Faults) {}

  delayMs(situation: Situation): number {
    return this.faults.delayMs('slowMs', situation);
  }

  /** Before anything is done. */
  before(situation: Situation): Interruption {
    if (this.faults.hits('hang', situation)) return 'hang';
    return this.faults.hits('reset', situation) ? 'reset' : undefined;
  }

  /** After it was done and kept. */
  after(situation: Situation): Interruption {
    if (this.faults.hits('commitThenHang', situation)) return 'hang';
    return this.faults.hits('commitThenReset', situation) ? 'reset' : undefined;
  }

  /** How long the answer is kept back once everything is done, pushes included. */
  answerDelayMs(situation: Situation): number {
    return this.faults.delayMs('slowAnswerMs', situation);
  }

  /** How the answer is spoiled on its way. */
  spoils(situation: Situation): Spoiled {
    if (this.faults.hits('truncate', situation)) return 'truncated';
    return this.faults.hits('hugeBody', situation) ? 'huge' : undefined;
  }

  refusal(situation: Situation): Reply | undefined {
    const fault = this.faults.error(situation);
    return fault && replyOf(fault);
  }
}

import type { FastifyReply } from 'fastify';
import { Problem } from '@calendar-sync/service-host';
import type { OperationDto } from '../follow-operations/operation.dto';
import type { Answer } from './command-desk';

/**
 * 202 with the operation; to a caller who waited, the operation with its result, or its failure as a problem. `created` says where what was made is found, and makes
 * a success a 201.
 */
export function answerCommand(
  reply: FastifyReply,
  { operation, waitedMs }: Answer,
  { created }: { created?: string } = {},
): OperationDto {
  const { self } = operation.links;
  if (waitedMs !== undefined) reply.header('preference-applied', `wait=${waitedMs / 1_000}`);
  if (waitedMs !== undefined && operation.status === 'succeeded') {
    reply.code(created === undefined ? 200 : 201).header('location', created ?? self);
    return operation;
  }
  if (waitedMs !== undefined && operation.problem !== undefined) {
    const { code, detail } = operation.problem;
    throw new Problem(
      statusOfFailure(code),
      { code, detail },
      { location: self, 'preference-applied': `wait=${waitedMs / 1_000}` },
    );
  }
  reply.code(202).header('location', self);
  return operation;
}

/** What the world refused is no fault of the request's form (422); what may go better later says so (503). */
export function statusOfFailure(code: string): number {
  if (code === 'forbidden') return 403;
  if (/unavailable|rate-limited|sync-failed|expired$/.test(code)) return 503;
  if (/not-found|unknown|gone/.test(code)) return 404;
  return 422;
}

import type { FastifyReply } from 'fastify';
import { Problem } from '@calendar-sync/service-host';
import type { OperationDto } from '../follow-operations/operation.dto';
import type { Answer } from './command-desk';

export type CommandOutcome = OperationDto | Record<string, unknown>;

/**
 * 202 with the operation; to a caller who waited, the result, or the failure as a problem. `created` says where what was made is found, and makes
 * a success a 201.
 */
export function answerCommand(
  reply: FastifyReply,
  { operation, waitedMs }: Answer,
  { created }: { created?: string } = {},
): CommandOutcome {
  const { self } = operation.links;
  if (waitedMs !== undefined) reply.header('preference-applied', `wait=${waitedMs / 1_000}`);
  if (waitedMs !== undefined && operation.status === 'succeeded') {
    reply.code(created === undefined ? 200 : 201).header('location', created ?? self);
    return {
      operationId: operation.operationId,
      ...(operation.connectionId !== undefined && { connectionId: operation.connectionId }),
      ...operation.result,
    };
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
  if (/unavailable|rate-limited|quota|expired$/.test(code)) return 503;
  if (/(not-found|unknown|gone)/.test(code)) return 404;
  return 422;
}

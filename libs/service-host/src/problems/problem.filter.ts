import { randomUUID } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { DomainError } from '@calendar-sync/event-sourcing-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { throwError } from 'rxjs';
import { Problem, type ProblemDocument, problemDocument } from './problem';

/** Which status a rule's refusal is answered with, by its code; 409 unless named here. */
export type RefusalStatuses = Readonly<Record<string, number>>;

/** Every error of every HTTP service becomes a problem document here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly refusals: RefusalStatuses = {},
  ) {}

  catch(error: unknown, host: ArgumentsHost) {
    // A consumer's error must reach its strategy: swallowed here, the message would be lost.
    if (host.getType() !== 'http') return throwError(() => error);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const document = this.documentOf(error, request);
    if (reply.sent) return;
    if (error instanceof Problem) reply.headers(error.headers);
    reply.code(document.status).header('content-type', 'application/problem+json; charset=utf-8');
    reply.send(JSON.stringify(document));
  }

  private documentOf(error: unknown, request: FastifyRequest): ProblemDocument {
    if (error instanceof Problem) return error.document;
    if (error instanceof DomainError) {
      return problemDocument(this.refusals[error.code] ?? 409, { code: error.code, detail: error.message });
    }
    const path = request.url.split('?', 1)[0] ?? '';
    const status = statusOf(error);
    if (status === 404) return problemDocument(404, { detail: `nothing answers ${request.method} ${path}` });
    if (status === 413) return problemDocument(413, { detail: 'send a smaller body' });
    if (status === 415) return problemDocument(415, { detail: 'send a body of the type application/json' });
    if (status !== undefined && status < 500)
      return problemDocument(status, error instanceof Error ? { detail: error.message } : {});
    const incidentId = randomUUID();
    this.logger.error({ error, incidentId, method: request.method, path }, 'a request failed unexpectedly');
    return problemDocument(status ?? 500, {
      detail: 'the incident id stands in the log of the service',
      incidentId,
    });
  }
}

/** Of Nest's exceptions and Fastify's errors; nothing of an error that another client threw, whatever its status says. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('FST_') && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidField } from '../describe-api/parameters';

/** How a command is to be taken: once per key, and with how much patience for its outcome. */
export interface CommandHeaders {
  idempotencyKey?: string;
  /** Milliseconds; absent: answer at once. */
  waitMs?: number;
}

const longestWaitSeconds = 30;

/** `Idempotency-Key` and `Prefer: wait=N`, https://www.rfc-editor.org/rfc/rfc7240#section-4.3 */
export function commandHeaders(headers: FastifyRequest['headers']): CommandHeaders {
  const key = single(headers['idempotency-key']);
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalidField('Idempotency-Key', 'must be 1 to 255 printable characters without blanks');
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?(?=$|[,;\s])/i.exec(single(headers['prefer']) ?? '') ?? [];
  return {
    ...(key !== undefined && { idempotencyKey: key }),
    ...(seconds !== undefined && { waitMs: Math.min(Number(seconds), longestWaitSeconds) * 1_000 }),
  };
}

const single = (header: string | string[] | undefined) => (Array.isArray(header) ? header.join(', ') : header);

export const Command = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  commandHeaders(context.switchToHttp().getRequest<FastifyRequest>().headers),
);

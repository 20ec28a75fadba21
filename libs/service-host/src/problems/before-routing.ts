import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemDocument, type ProblemDocument } from './problem';

const contentType = 'application/problem+json; charset=utf-8';

/** Longest part of a path: an owner id of 255 characters, each percent-encoded. */
export const longestParameter = 4_096;

/** What Fastify refuses before a route is found, and so before any filter. */
export function answerUnroutable(
  error: { code: string; statusCode?: number | undefined },
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const document = unroutable(error);
  void reply.code(document.status).header('content-type', contentType).send(JSON.stringify(document));
}

function unroutable({ code, statusCode = 400 }: { code: string; statusCode?: number | undefined }): ProblemDocument {
  if (code === 'FST_ERR_BAD_URL')
    return problemDocument(400, { detail: 'the path is not percent-encoded as it must be: write a % as %25' });
  if (code === 'FST_ERR_MAX_PARAM_LENGTH')
    return problemDocument(414, { detail: `a part of the path is longer than ${longestParameter} characters` });
  return problemDocument(statusCode);
}

const unreadable: Readonly<Record<string, { status: number; detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in time' },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'the address and the headers must be less than 16 kB together' },
};

/** What Node can't read as HTTP: there is a socket, and no request yet. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, detail } = unreadable[error.code ?? ''] ?? { status: 400, detail: 'this is not HTTP as it must be' };
  const body = JSON.stringify(problemDocument(status, { detail }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  else socket.destroy();
}

/** JSON alone is read. A body that is announced and empty counts as none: many clients send the type always. */
export function readJsonAlone(http: FastifyInstance): void {
  const parse = http.getDefaultJsonParser('error', 'error');
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

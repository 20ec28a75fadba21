import { badRequest } from './api-error';
import type { Call, Reply } from './router';

/** https://developers.google.com/workspace/calendar/api/guides/batch */
const LIMIT = 1000;

interface Part {
  contentId: string | undefined;
  method: string;
  path: string;
  headers: { [name: string]: string };
  body: Buffer;
}

const STATUS_TEXT: { readonly [status: number]: string } = { 200: 'OK', 204: 'No Content', 304: 'Not Modified' };

function headerLines(text: string): { [name: string]: string } {
  const headers: { [name: string]: string } = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers[name.toLowerCase()] = value.trim();
  }
  return headers;
}

function readPart(text: string): Part | undefined {
  const [outer, request, ...rest] = text.replace(/^\r?\n/, '').split(/\r?\n\r?\n/);
  const [requestLine, ...inner] = (request ?? '').split(/\r?\n/);
  const [, method, path] = /^([A-Z]+)\s+(\S+)/.exec(requestLine ?? '') ?? [];
  if (method === undefined || path === undefined) return undefined;
  return {
    contentId: headerLines(outer ?? '')['content-id'],
    method,
    path: path.replace(/^https?:\/\/[^/]+/, ''),
    headers: headerLines(inner.join('\n')),
    body: Buffer.from(rest.join('\r\n\r\n').replace(/\r?\n$/, '')),
  };
}

/** The parts of a multipart/mixed body, each a request of its own. @throws ApiError 400 */
export function readBatch(call: Call): Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(call.headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) throw badRequest('Missing boundary in multipart body.');
  const pieces = call.body.toString('utf8').split(`--${boundary}`).slice(1, -1);
  const parts = pieces.map(readPart).filter((part) => part !== undefined);
  if (parts.length > LIMIT) throw badRequest('The batch request contains too many calls.');
  return parts;
}

/** Outer headers apply to every part, except those that describe the body. */
export function partHeaders(call: Call, part: Part): Call['headers'] {
  const outer = Object.entries(call.headers).filter(
    ([name]) => !name.startsWith('content-') && name !== 'accept-encoding',
  );
  return { ...Object.fromEntries(outer), ...part.headers };
}

export function writeBatch(
  answers: readonly { contentId: string | undefined; reply: Reply }[],
  boundary: string,
): Reply {
  const parts = answers.map(({ contentId, reply }) => {
    const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
    const id = contentId === undefined ? '' : `Content-ID: <response-${contentId.replace(/^<|>$/g, '')}>\r\n`;
    const extra = Object.entries(reply.headers ?? {})
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    return `--${boundary}\r\nContent-Type: application/http\r\n${id}\r\nHTTP/1.1 ${reply.status} ${STATUS_TEXT[reply.status] ?? 'Error'}\r\n${extra}Content-Type: application/json; charset=UTF-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}\r\n`;
  });
  return {
    status: 200,
    text: `${parts.join('')}--${boundary}--\r\n`,
    contentType: `multipart/mixed; boundary=${boundary}`,
  };
}

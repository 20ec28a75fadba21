import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ApiError, notFound, unavailable } from './api-error';
import { partHeaders, readBatch, writeBatch } from './batch';
import type { FaultInjection, Spoiled } from './fault-injection';
import { selectFields } from './fields';
import type { Gate } from './gate';
import { isObject } from './json-input';
import type { RequestLog } from './request-log';
import type { Call, Reply, Router } from './router';

const BODY_LIMIT = 20 * 1024 * 1024;
const HUGE_BODY = 100 * 1024 * 1024;

export interface ServerParts {
  api: Router;
  admin: Router;
  gate: Gate;
  faults: FaultInjection;
  log: RequestLog;
  /** Runs a handler; what it wrote is kept as a whole, and announced. */
  perform<T>(work: () => T): T;
}

/** The HTTP side of it all: one port for OAuth, the API and the admin interface. */
export class HttpServer {
  private readonly server: Server;

  constructor(private readonly parts: ServerParts) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => this.fail(response, error));
    });
    this.server.keepAliveTimeout = 30_000;
  }

  listen(port: number, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        const address = this.server.address() as AddressInfo;
        const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
        resolve(`http://${name}:${address.port}`);
      });
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    return closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = await readBody(request);
    const headers = headersOf(request);
    const method = (request.method ?? 'GET').toUpperCase();
    if (url.pathname.startsWith('/admin')) {
      if (!isLoopback(request.socket.remoteAddress))
        return send(response, { status: 403, json: { error: 'loopback only' } }, {});
      return send(response, await this.admin(method, url, headers, body), headers);
    }
    const outcome = await this.call(method, url, headers, body);
    if (outcome === 'hang') return;
    if (outcome === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    send(response, outcome.reply, headers, outcome.spoiled);
  }

  /** One call of the API, also for each part of a batch. */
  async call(
    method: string,
    url: URL,
    headers: Call['headers'],
    body: Buffer,
  ): Promise<{ reply: Reply; spoiled: Spoiled } | 'hang' | 'reset'> {
    const { api, gate, faults, log } = this.parts;
    const began = performance.now();
    const found = api.find(method, url.pathname);
    const call: Call = {
      operation: found?.operation ?? 'unknown',
      method,
      path: url.pathname,
      params: found?.params ?? {},
      query: url.searchParams,
      headers,
      body,
    };
    const situation = gate.situation(call);
    const note = (status: number, reason?: string) =>
      log.add({
        at: new Date().toISOString(),
        operation: call.operation,
        path: url.pathname,
        ...(situation.account !== undefined && { account: situation.account }),
        ...(situation.calendarId !== undefined && { calendarId: situation.calendarId }),
        status,
        ...(reason !== undefined && { reason }),
        ms: Math.round((performance.now() - began) * 10) / 10,
      });
    const slow = faults.delayMs(situation);
    if (slow > 0) await delay(slow);
    const early = faults.before(situation) ?? undefined;
    if (early) {
      note(0, early);
      return early;
    }
    const refusal = faults.refusal(situation);
    const reply =
      refusal ?? (found ? await this.answer(() => found.handler(call)) : { status: 404, json: notFound().body() });
    const slowAnswer = faults.answerDelayMs(situation);
    if (slowAnswer > 0) await delay(slowAnswer);
    const late = refusal ? undefined : faults.after(situation);
    note(reply.status, late ?? reasonOf(reply));
    if (late) return late;
    return { reply: selected(reply, url.searchParams), spoiled: faults.spoils(situation) };
  }

  /** Every part is a call of its own, with its own status, quota and faults. */
  async batch(call: Call): Promise<Reply> {
    const answers: { contentId: string | undefined; reply: Reply }[] = [];
    for (const part of readBatch(call)) {
      const url = new URL(part.path, 'http://localhost');
      const outcome = await this.call(part.method, url, partHeaders(call, part), part.body);
      const reply = typeof outcome === 'string' ? { status: 503, json: unavailable().body() } : outcome.reply;
      answers.push({ contentId: part.contentId, reply });
    }
    return writeBatch(answers, 'batch_simulator');
  }

  private async answer(handler: () => Reply | Promise<Reply>): Promise<Reply> {
    try {
      return await this.parts.perform(handler);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status, json: error.body(), headers: error.headers };
    }
  }

  private async admin(method: string, url: URL, headers: Call['headers'], body: Buffer): Promise<Reply> {
    const found = this.parts.admin.find(method, url.pathname);
    if (!found) return { status: 404, json: { error: `There is no ${method} ${url.pathname}` } };
    const call = {
      operation: found.operation,
      method,
      path: url.pathname,
      params: found.params,
      query: url.searchParams,
      headers,
      body,
    };
    return this.answer(() => found.handler(call));
  }

  private fail(response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) return;
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    send(response, { status: 500, json: unavailable(500).body() }, {});
  }
}

const isLoopback = (address: string | undefined): boolean =>
  address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');

function headersOf(request: IncomingMessage): Call['headers'] {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > BODY_LIMIT) throw new Error('The request is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function selected(reply: Reply, query: URLSearchParams): Reply {
  const fields = query.get('fields');
  if (fields === null || reply.status !== 200 || !isObject(reply.json)) return reply;
  return { ...reply, json: selectFields(reply.json, fields) };
}

function reasonOf({ json }: Reply): string | undefined {
  if (!isObject(json) || !isObject(json['error']))
    return isObject(json) && typeof json['error'] === 'string' ? json['error'] : undefined;
  const errors = json['error']['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isObject(first) && typeof first['reason'] === 'string' ? first['reason'] : undefined;
}

const NO_CACHE = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  pragma: 'no-cache',
  expires: 'Mon, 01 Jan 1990 00:00:00 GMT',
  vary: 'Origin, X-Origin, Referer',
  server: 'ESF',
  'x-content-type-options': 'nosniff',
};

/** gzip needs both the header and a user agent that says so. https://developers.google.com/workspace/calendar/api/guides/performance#gzip */
const takesGzip = (headers: Call['headers']): boolean =>
  /gzip/.test(headers['accept-encoding'] ?? '') && /gzip/.test(headers['user-agent'] ?? '');

function send(response: ServerResponse, reply: Reply, headers: Call['headers'], spoiled?: Spoiled): void {
  const text = reply.text ?? (reply.json === undefined ? undefined : `${JSON.stringify(reply.json)}\n`);
  const common = { ...NO_CACHE, ...reply.headers };
  if (text === undefined) {
    response.writeHead(reply.status, common).end();
    return;
  }
  const zipped = takesGzip(headers);
  const whole = spoiled === 'huge' ? text.padEnd(HUGE_BODY) : text;
  const bytes = zipped ? gzipSync(whole) : Buffer.from(whole);
  response.writeHead(reply.status, {
    ...common,
    'content-type': reply.contentType ?? 'application/json; charset=UTF-8',
    'content-length': String(bytes.length),
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
  if (spoiled !== 'truncated') {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

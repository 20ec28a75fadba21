import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

export interface BalancerOptions {
  /** A free one when absent. */
  port?: number;
  /** Between two looks at a target; 100 by default. */
  lookMs?: number;
  /** A target that hasn't answered after so many milliseconds isn't ready; 1,000 by default. */
  lookTimeoutMs?: number;
  /** `/health/ready` by default: 200 is ready. */
  path?: string;
}

export interface Balancer {
  readonly url: string;
  readonly port: number;
  /** The targets that were ready at the last look. */
  ready(): readonly string[];
  /** Requests that each target took. */
  readonly served: ReadonlyMap<string, number>;
  /** Requests that found no target ready: answered 503 by the balancer itself, with `x-balancer: no-target`. */
  readonly unserved: number;
  /** Requests that were lost under way: answered 502 where nothing had been answered yet, with `x-balancer: lost`; else cut. */
  readonly lost: number;
  close(): Promise<void>;
}

/**
 * A reverse proxy for HTTP/1.1 as it stands before several replicas. Each request goes to the next target that was ready at the
 * last look; to another one only when the connection was refused before a byte was sent. What a target answers is passed on,
 * 503 as well. No upgrades, no time limit of its own. `targets` (`http://host:port`) is asked anew at every look.
 */
export async function balancer(targets: () => readonly string[], options: BalancerOptions = {}): Promise<Balancer> {
  const { lookMs = 100, lookTimeoutMs = 1_000, path = '/health/ready' } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const served = new Map<string, number>();
  const looks = new Map<string, { ready: boolean; looking: boolean }>();
  const counts = { unserved: 0, lost: 0, turn: 0 };

  const look = async (target: string) => {
    const seen = looks.get(target) ?? { ready: false, looking: false };
    looks.set(target, seen);
    if (seen.looking) return;
    seen.looking = true;
    seen.ready = await isReady(target + path, lookTimeoutMs);
    seen.looking = false;
  };
  const lookAtAll = async () => {
    await Promise.all(targets().map(look));
  };
  const ready = () => targets().filter((target) => looks.get(target)?.ready);

  const handle = (incoming: IncomingMessage, response: ServerResponse) => {
    const possible = ready();
    const first = counts.turn++;
    const order = possible.map((_, index) => possible[(first + index) % possible.length]!);
    const next = () => {
      const target = order.shift();
      if (target === undefined) {
        counts.unserved += 1;
        return answer(response, 503, 'no-target');
      }
      forward(incoming, response, target, agent, {
        refused: next,
        taken: () => served.set(target, (served.get(target) ?? 0) + 1),
        lost: () => {
          counts.lost += 1;
        },
      });
    };
    next();
  };

  // Longer than any client keeps one: a connection that closes just as it is used again would look like a lost request.
  const server = createServer({ keepAliveTimeout: 600_000 }, handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  await lookAtAll();
  const timer = setInterval(() => void lookAtAll(), lookMs);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    ready,
    served,
    get unserved() {
      return counts.unserved;
    },
    get lost() {
      return counts.lost;
    },
    close: async () => {
      clearInterval(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

interface Outcome {
  refused(): void;
  taken(): void;
  lost(): void;
}

function forward(incoming: IncomingMessage, response: ServerResponse, target: string, agent: Agent, outcome: Outcome) {
  const outgoing = request(target + incoming.url, {
    agent,
    method: incoming.method,
    headers: [...endToEnd(incoming.rawHeaders), ...lengthOfNothing(incoming)],
  });
  let connected = false;
  const begin = () => {
    connected = true;
    outcome.taken();
    // Errors of either side arrive at `outgoing` and `response`.
    pipeline(incoming, outgoing, () => undefined);
  };
  outgoing.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', begin);
    else begin();
  });
  outgoing.once('response', (answered) => {
    response.sendDate = false;
    response.writeHead(answered.statusCode!, answered.statusMessage, endToEnd(answered.rawHeaders));
    response.flushHeaders();
    answered.once('error', () => {
      if (!response.destroyed) outcome.lost();
    });
    pipeline(answered, response, () => undefined);
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (response.destroyed) return;
    if (!connected && error.code === 'ECONNREFUSED') return outcome.refused();
    if (response.headersSent) return;
    outcome.lost();
    answer(response, 502, 'lost');
  });
  response.once('close', () => outgoing.destroy());
}

const ofOneConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade']);

function endToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (!ofOneConnection.has(rawHeaders[index]!.toLowerCase())) kept.push(rawHeaders[index]!, rawHeaders[index + 1]!);
  }
  return kept;
}

/** Node would send an empty chunked body for a POST that has none. */
function lengthOfNothing({ method, headers }: IncomingMessage): string[] {
  const bare = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  return bare && ['POST', 'PUT', 'PATCH'].includes(method!) ? ['content-length', '0'] : [];
}

function answer(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'x-balancer': reason, 'content-type': 'text/plain' }).end(`${reason}\n`);
}

function isReady(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent: false, timeout: timeoutMs }, (answered) => {
      answered.resume();
      resolve(answered.statusCode === 200);
    });
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.once('close', () => resolve(false));
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}

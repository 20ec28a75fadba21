import { connect, type Socket } from 'node:net';
import { answerParent } from '../../setting/own-process';

export interface PushLoad {
  url: string;
  /** One push each, in turn; given once. */
  channels?: readonly { channelId: string; token: string }[];
  connections: number;
  forMs: number;
}

export interface PushesSent {
  answered: number;
  seconds: number;
  /** Of each push, in milliseconds, until its answer was there. */
  latencies: number[];
}

let requests: Buffer[] = [];
let next = 0;

answerParent(async ({ url, channels, connections, forMs }: PushLoad): Promise<PushesSent> => {
  const { hostname, port } = new URL(url);
  if (channels) requests = channels.map((channel) => requestOf(channel, `${hostname}:${port}`));
  const began = performance.now();
  const latencies: number[] = [];
  await Promise.all(
    Array.from({ length: connections }, () => pushUntil(began + forMs, Number(port), hostname, latencies)),
  );
  return { answered: latencies.length, seconds: (performance.now() - began) / 1_000, latencies };
});

/** As Google sends it: no body, and a content type that is none. */
function requestOf({ channelId, token }: { channelId: string; token: string }, host: string): Buffer {
  return Buffer.from(
    [
      'POST /webhooks/google HTTP/1.1',
      `Host: ${host}`,
      'Content-Length: 0',
      'Content-Type: application/json; utf-8',
      'User-Agent: APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      `X-Goog-Channel-ID: ${channelId}`,
      `X-Goog-Channel-Token: ${token}`,
      'X-Goog-Channel-Expiration: Tue, 19 Nov 2030 01:13:52 GMT',
      'X-Goog-Resource-ID: o3hgv1538sdjfh',
      'X-Goog-Resource-State: exists',
      'X-Goog-Resource-URI: https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json',
      'X-Goog-Message-Number: 10',
      '\r\n',
    ].join('\r\n'),
  );
}

/** One connection that is kept, one push after the other. Rejects at the first answer that is not a 2xx. */
function pushUntil(end: number, port: number, host: string, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true });
    let sentAt = 0;
    let received = '';
    const push = () => {
      if (performance.now() >= end) {
        socket.end();
        return resolve();
      }
      sentAt = performance.now();
      socket.write(requests[next++ % requests.length]!);
    };
    socket.setEncoding('latin1');
    socket.once('connect', push);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.on('data', (text: string) => {
      received += text;
      const status = statusOfWhole(received);
      if (status === undefined) return;
      if (status < 200 || status > 299) return fail(socket, reject, received);
      received = '';
      latencies.push(performance.now() - sentAt);
      push();
    });
  });
}

function fail(socket: Socket, reject: (error: Error) => void, answer: string): void {
  socket.destroy();
  reject(new Error(`a push was answered ${answer.slice(0, 300)}`));
}

/** Undefined while the answer isn't complete. */
function statusOfWhole(answer: string): number | undefined {
  const headersEnd = answer.indexOf('\r\n\r\n');
  if (headersEnd < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(answer.slice(0, headersEnd))?.[1] ?? 0);
  return answer.length < headersEnd + 4 + length ? undefined : Number(answer.slice(9, 12));
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: { [name: string]: string | undefined };
  body: string;
}

export interface Webhook {
  url: string;
  received: Received[];
  /** Of a channel, without its `sync`. */
  changes(channelId: string): Received[];
  /** Statuses to answer with next; 204 once they are used up. */
  answers: number[];
  close(): Promise<void>;
}

/** A receiver of notifications. */
export async function webhook(): Promise<Webhook> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      received.push({ headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answers.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    changes: (channelId) =>
      received.filter(
        ({ headers }) => headers['x-goog-channel-id'] === channelId && headers['x-goog-resource-state'] !== 'sync',
      ),
    answers,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { forgetHalfReplies } from './half-replies';

interface Connection {
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
  send(call: object): Promise<string>;
}

const kafkajs = createRequire(__filename);
const Encoder = kafkajs('kafkajs/src/protocol/encoder') as new () => object;
const silent = { namespace: () => silent, debug: () => undefined, error: () => undefined, warn: () => undefined };

/** Of a request the length, the kind of call and its version come before the number that its reply repeats. */
const CORRELATION_AT = 8;

const reply = (request: Buffer, text: string) => {
  const body = Buffer.from(`....${text}`);
  request.copy(body, 0, CORRELATION_AT, CORRELATION_AT + 4);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
};

const call = {
  request: { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: () => Promise.resolve(new Encoder()) },
  response: {
    decode: (raw: Buffer) => Promise.resolve(raw),
    parse: (raw: Buffer) => Promise.resolve(raw.toString()),
  },
};

describe('a connection that ends in the midst of a reply', () => {
  let server: Server;
  let connection: Connection;
  const answers: ((socket: Socket, request: Buffer) => void)[] = [];
  beforeAll(async () => {
    forgetHalfReplies();
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (request) => answers.shift()!(socket, request));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const Connection = kafkajs('kafkajs/src/network/connection') as new (options: object) => Connection;
    connection = new Connection({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      clientId: 'c',
      logger: silent,
      socketFactory: (kafkajs('kafkajs/src/network/socketFactory') as () => unknown)(),
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      enforceRequestTimeout: true,
    });
  });
  afterAll(async () => {
    await connection.disconnect();
    server.close();
  });

  it('reads the replies of the next one from their beginning', async () => {
    answers.push(
      (socket, request) => {
        const whole = reply(request, 'never read to its end');
        socket.write(whole.subarray(0, -5), () => socket.end());
      },
      (socket, request) => socket.write(reply(request, 'read')),
    );
    await connection.connect();
    await expect(connection.send(call)).rejects.toThrow('Closed connection');
    await connection.connect();
    expect(await connection.send(call)).toBe('read');
  });
});

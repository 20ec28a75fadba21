import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually } from './program.fixture';
import { balancer, type Balancer } from './balancer';

/** Answers with its name and what it was sent. */
class Replica {
  ready = true;
  looks = 0;
  answer: RequestListener = async (incoming, response) => {
    const body = await text(incoming);
    response.setHeader('x-replica', this.name);
    response.end(`${this.name} ${incoming.method} ${incoming.url} ${body}`);
  };
  private server: Server;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  constructor(readonly name: string) {
    this.server = this.build();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private build(): Server {
    const server = createServer((incoming, response) => {
      if (incoming.url !== '/health/ready') return void this.answer(incoming, response);
      this.looks += 1;
      response.writeHead(this.ready ? 200 : 503).end();
    });
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    return server;
  }
}

jest.setTimeout(300_000);

describe('a balancer', () => {
  let one: Replica;
  let other: Replica;
  let targets: Replica[];
  let front: Balancer;

  const open = async (lookMs?: number) => {
    front = await balancer(() => targets.map(({ url }) => url), lookMs === undefined ? {} : { lookMs });
  };
  const ask = async (path = '/', init: RequestInit = {}) => {
    const answered = await fetch(front.url + path, init);
    return { status: answered.status, reason: answered.headers.get('x-balancer'), body: await answered.text() };
  };

  beforeEach(async () => {
    targets = [one, other] = [new Replica('one'), new Replica('other')];
    await Promise.all(targets.map((replica) => replica.listen()));
  });
  afterEach(async () => {
    await front.close();
    await Promise.all([one, other].map((replica) => replica.close()));
  });

  it('goes round the replicas, and counts what each was given', async () => {
    await open();
    const bodies = [];
    for (let round = 0; round < 4; round++) bodies.push((await ask('/path?query=1')).body);
    expect(bodies.toSorted()).toEqual([
      'one GET /path?query=1 ',
      'one GET /path?query=1 ',
      'other GET /path?query=1 ',
      'other GET /path?query=1 ',
    ]);
    expect([...front.served]).toEqual(
      expect.arrayContaining([
        [one.url, 2],
        [other.url, 2],
      ]),
    );
  });

  it('gives nothing to a replica that was not ready at the last look', async () => {
    await open();
    other.ready = false;
    await eventually(() => front.ready().length === 1);
    for (let round = 0; round < 3; round++) expect((await ask()).body).toMatch(/^one/);
    other.ready = true;
    await eventually(() => front.ready().length === 2);
  });

  it('answers 503 itself when nobody is ready', async () => {
    one.ready = other.ready = false;
    await open();
    expect(await ask()).toMatchObject({ status: 503, reason: 'no-target' });
    expect(front.unserved).toBe(1);
  });

  it('tries another replica when the connection was refused, with the same body', async () => {
    await open(3_600_000);
    await one.close();
    for (let round = 0; round < 4; round++) {
      const { status, body } = await ask('/', { method: 'POST', body: `round ${round}` });
      expect({ status, body }).toEqual({ status: 200, body: `other POST / round ${round}` });
    }
    await other.close();
    expect(await ask()).toMatchObject({ status: 503, reason: 'no-target' });
    await Promise.all([one.listen(), other.listen()]);
  });

  it('sends nothing a second time that a replica may have seen', async () => {
    await open();
    let seen = 0;
    one.answer = other.answer = (incoming) => {
      seen += 1;
      incoming.socket.destroy();
    };
    expect(await ask('/', { method: 'POST', body: 'once' })).toMatchObject({ status: 502, reason: 'lost' });
    expect([seen, front.lost]).toEqual([1, 1]);
  });

  it('passes on what a replica refuses', async () => {
    await open();
    one.answer = other.answer = (_incoming, response) => response.writeHead(503, { 'retry-after': '1' }).end('busy');
    expect(await ask()).toEqual({ status: 503, reason: null, body: 'busy' });
    expect(front.unserved).toBe(0);
  });

  it('cuts an answer that breaks off', async () => {
    await open();
    one.answer = other.answer = (incoming, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => incoming.socket.destroy());
    };
    await expect(ask()).rejects.toThrow();
    await eventually(() => front.lost === 1);
  });

  it('streams both ways', async () => {
    await open();
    one.answer = other.answer = (incoming, response) => {
      response.writeHead(200);
      response.flushHeaders();
      incoming.pipe(response);
    };
    const outgoing = request(front.url, { method: 'POST' });
    outgoing.write('a');
    const [answered] = (await once(outgoing, 'response')) as [IncomingMessage];
    let heard = '';
    answered.on('data', (bytes) => (heard += String(bytes)));
    await eventually(() => heard === 'a');
    outgoing.end('b');
    await eventually(() => heard === 'ab');
  });

  it('leaves a POST without a body without one', async () => {
    await open();
    one.answer = other.answer = (incoming, response) => response.end(JSON.stringify(incoming.headers));
    const { body } = await ask('/', { method: 'POST' });
    expect(JSON.parse(body)).toMatchObject({ 'content-length': '0' });
    expect(JSON.parse(body)).not.toHaveProperty('transfer-encoding');
  });

  it('takes up replicas that come later', async () => {
    targets = [one];
    await open();
    expect(front.ready()).toEqual([one.url]);
    targets = [one, other];
    await eventually(() => front.ready().length === 2);
  });

  it('ends the request to a replica when its client goes away', async () => {
    await open();
    let closed = false;
    one.answer = other.answer = (incoming, response) => {
      incoming.socket.once('close', () => (closed = true));
      response.write('half');
    };
    const outgoing = request(front.url, { method: 'GET' });
    outgoing.on('error', () => undefined);
    outgoing.end();
    await once(outgoing, 'response');
    outgoing.destroy();
    await eventually(() => closed);
    expect(front.lost).toBe(0);
  });
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from './program.fixture';
import { accepts } from '../servers/free-port';
import { tcpProxy, type TcpProxy } from './tcp-proxy';

/** Answers what it is told, and remembers it. */
class Echo {
  readonly sockets = new Set<Socket>();
  heard = '';
  private server!: Server;

  async open(): Promise<number> {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('data', (bytes) => {
        this.heard += bytes.toString();
        socket.write(bytes);
      });
    });
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

class Caller {
  heard = '';
  failure: string | undefined;
  closed = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('data', (bytes) => (this.heard += bytes.toString()));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.failure = error.code));
    this.socket.on('close', () => (this.closed = true));
  }

  say(text: string): this {
    this.socket.write(text);
    return this;
  }
}

jest.setTimeout(300_000);

describe('a TCP proxy', () => {
  let echo: Echo;
  let proxy: TcpProxy;
  const callers: Caller[] = [];
  const call = () => {
    const caller = new Caller(proxy.port);
    callers.push(caller);
    return caller;
  };

  beforeEach(async () => {
    echo = new Echo();
    proxy = await tcpProxy({ port: await echo.open() });
  });
  afterEach(async () => {
    for (const { socket } of callers.splice(0)) socket.destroy();
    await proxy.close();
    await echo.close();
  });

  it('carries a megabyte both ways unchanged', async () => {
    const text = Array.from({ length: 100_000 }, (_, line) => `line ${line}\n`).join('');
    const caller = call().say(text);
    await eventually(() => caller.heard.length === text.length);
    expect(caller.heard).toBe(text);
  });

  it('lets go of a connection once both sides have ended it', async () => {
    const caller = call().say('goodbye');
    await eventually(() => caller.heard === 'goodbye');
    expect(proxy.connections).toBe(1);
    caller.socket.end();
    await eventually(() => caller.closed && proxy.connections === 0);
    expect(caller.failure).toBeUndefined();
  });

  it('cuts open connections with a reset on both sides, and takes new ones', async () => {
    const [one, other] = [call().say('a'), call().say('b')];
    await eventually(() => one.heard === 'a' && other.heard === 'b');
    expect(proxy.cut()).toBe(2);
    expect(proxy.connections).toBe(0);
    await eventually(() => one.closed && other.closed && echo.sockets.size === 0);
    expect([one.failure, other.failure]).toEqual(['ECONNRESET', 'ECONNRESET']);
    const next = call().say('c');
    await eventually(() => next.heard === 'c');
  });

  it('refuses connections, and listens at the same port again', async () => {
    const before = call().say('a');
    await eventually(() => before.heard === 'a');
    await proxy.refuse();
    await eventually(() => before.closed);
    const refused = call();
    await eventually(() => refused.closed);
    expect(refused.failure).toBe('ECONNREFUSED');
    const { port } = proxy;
    await proxy.pass();
    expect(proxy.port).toBe(port);
    expect(await accepts(port)).toBe(true);
    const after = call().say('b');
    await eventually(() => after.heard === 'b');
  });

  it('holds back what either side sends into a black hole, and delivers it in order', async () => {
    const open = call().say('a');
    await eventually(() => open.heard === 'a');
    proxy.blackhole();
    open.say('b');
    const fresh = call().say('x');
    for (const socket of echo.sockets) socket.write('!');
    await eventually(() => proxy.connections === 2);
    // Something that is certainly later than everything above, and goes another way.
    const other = await tcpProxy({ port: proxy.port });
    const through = new Caller(other.port).say('y');
    callers.push(through);
    await eventually(() => proxy.connections === 3);
    expect(echo.heard).toBe('a');
    expect([open.heard, fresh.heard, through.heard]).toEqual(['a', '', '']);
    await proxy.pass();
    await eventually(() => open.heard === 'a!b' && fresh.heard === 'x' && through.heard === 'y');
    await other.close();
  });

  it('holds back more than it can keep by making the sender wait', async () => {
    proxy.blackhole();
    const text = 'x'.repeat(20_000_000);
    const caller = call().say(text);
    const left: number[] = [];
    await eventually(() => {
      left.push(caller.socket.writableLength);
      return proxy.connections === 1 && left.length > 10 && new Set(left.slice(-10)).size === 1;
    });
    expect(caller.socket.writableLength).toBeGreaterThan(0);
    await proxy.pass();
    await eventually(() => caller.heard.length === text.length);
  });

  it('cuts connections that hang in a black hole', async () => {
    proxy.blackhole();
    const caller = call().say('a');
    await eventually(() => proxy.connections === 1);
    proxy.cut();
    await eventually(() => caller.closed && proxy.connections === 0);
    expect(echo.heard).toBe('');
  });

  it('delays each chunk and keeps their order', async () => {
    const caller = call().say('warm');
    await eventually(() => caller.heard === 'warm');
    proxy.delay(60_000);
    caller.say('1');
    caller.say('2');
    proxy.delay(30);
    const sent = performance.now();
    caller.say('3');
    await eventually(() => caller.heard === 'warm123');
    expect(performance.now() - sent).toBeGreaterThanOrEqual(59);
  });

  it('resets a client whose target is gone', async () => {
    await echo.close();
    const caller = call();
    await eventually(() => caller.closed && proxy.connections === 0);
    expect(caller.failure).toBe('ECONNRESET');
    echo = new Echo();
    await echo.open();
  });

  it('passes the reset of a side on to the other', async () => {
    const caller = call().say('a');
    await eventually(() => caller.heard === 'a');
    for (const socket of echo.sockets) socket.resetAndDestroy();
    await eventually(() => caller.closed);
    expect(caller.failure).toBe('ECONNRESET');
  });
});

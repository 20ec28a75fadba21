import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Lane, type Freight, type Weather } from './lane';

export interface TcpProxy {
  /** On 127.0.0.1; the same for as long as the proxy lives. */
  readonly port: number;
  /** Open now. */
  readonly connections: number;
  /** Resets all open connections on both sides, and says how many. What was on its way is lost. */
  cut(): number;
  /** Stops listening, and cuts: new connections are refused (ECONNREFUSED) until `pass()`. */
  refuse(): Promise<void>;
  /** Open and new connections stay open and nothing goes either way; it is delivered on `pass()`. */
  blackhole(): void;
  /** Each chunk is forwarded so many milliseconds later, in order. */
  delay(ms: number): void;
  /** Heals everything. Throws when another process has taken the port meanwhile and keeps it for ten seconds. */
  pass(): Promise<void>;
  /** Resets what is open and ends the proxy. */
  close(): Promise<void>;
}

export interface ProxyTarget {
  port: number;
  /** 127.0.0.1 by default. */
  host?: string;
}

/** One connection, as whoever listens in on it sees it. */
export interface Passage {
  toServer(freight: Freight): void;
  toClient(freight: Freight): void;
  /** Resets both sides. */
  reset(): void;
}

/** Takes what either side sent and passes on what it likes. */
export interface Tap {
  fromClient(freight: Freight): void;
  fromServer(freight: Freight): void;
  closed?(): void;
}

/**
 * A proxy in this process, for faults on the way between two processes. A client whose target refuses the connection
 * sees it accepted and reset, as it would through any proxy.
 */
export function tcpProxy(target: ProxyTarget, options: { port?: number } = {}): Promise<TcpProxy> {
  return tappedProxy(target, options, (passage) => ({
    fromClient: (freight) => passage.toServer(freight),
    fromServer: (freight) => passage.toClient(freight),
  }));
}

/** `tcpProxy` with a tap on every connection. */
export async function tappedProxy(
  target: ProxyTarget,
  options: { port?: number },
  tapOf: (passage: Passage) => Tap,
): Promise<TcpProxy> {
  const weather: Weather = { held: false, delayMs: 0 };
  const open = new Set<Connection>();
  const accept = (client: Socket) => {
    const connection = new Connection(client, target, weather, tapOf, () => open.delete(connection));
    open.add(connection);
  };
  const move = () => open.forEach((connection) => connection.move());
  const cut = () => {
    const cutNow = [...open];
    open.clear();
    for (const connection of cutNow) connection.reset();
    return cutNow.length;
  };

  let server: Server | undefined = await listen(options.port, accept);
  const { port } = server.address() as { port: number };
  const stopListening = async () => {
    const closing = server;
    server = undefined;
    const closed = new Promise((resolve) => (closing ? closing.close(resolve) : resolve(undefined)));
    cut();
    await closed;
  };

  return {
    port,
    get connections() {
      return open.size;
    },
    cut,
    refuse: stopListening,
    blackhole: () => {
      weather.held = true;
    },
    delay: (ms) => {
      weather.delayMs = ms;
      move();
    },
    pass: async () => {
      weather.held = false;
      weather.delayMs = 0;
      move();
      server ??= await listen(port, accept);
    },
    close: stopListening,
  };
}

class Connection {
  private readonly server: Socket;
  private readonly lanes: Lane[];
  private readonly tap: Tap;

  constructor(
    private readonly client: Socket,
    target: ProxyTarget,
    weather: Weather,
    tapOf: (passage: Passage) => Tap,
    closed: () => void,
  ) {
    this.server = connect({ host: '127.0.0.1', ...target, allowHalfOpen: true, noDelay: true });
    const [up, down] = [new Lane(client, this.server, weather), new Lane(this.server, client, weather)];
    this.lanes = [up, down];
    this.tap = tapOf({
      toServer: (freight) => up.push(freight),
      toClient: (freight) => down.push(freight),
      reset: () => this.reset(),
    });
    this.listenTo(client, (freight) => this.tap.fromClient(freight));
    this.listenTo(this.server, (freight) => this.tap.fromServer(freight));
    let sides = 2;
    for (const side of [client, this.server]) {
      side.once('close', () => {
        if (--sides > 0) return;
        for (const lane of this.lanes) lane.close();
        this.tap.closed?.();
        closed();
      });
    }
  }

  move(): void {
    for (const lane of this.lanes) lane.move();
  }

  reset(): void {
    for (const lane of this.lanes) lane.close();
    this.client.resetAndDestroy();
    // Before it is connected a reset would wait for the connection.
    if (this.server.connecting) this.server.destroy();
    else this.server.resetAndDestroy();
  }

  private listenTo(side: Socket, freight: (freight: Freight) => void): void {
    side.on('data', (bytes: Buffer) => freight(bytes));
    side.once('end', () => freight('end'));
    // Once, whether it is refused, reset by the other side or destroyed by us: the other side goes the same way.
    side.once('error', () => freight('reset'));
    side.on('error', () => undefined);
  }
}

/**
 * Below the range from which the system gives out ports to outgoing connections, where there is room: a port there can
 * be taken while the proxy refuses, and a client that calls a port there in vain may at last get itself on the line.
 */
const randomPort = () => 20_000 + Math.floor(Math.random() * 12_000);

async function listen(port: number | undefined, accept: (client: Socket) => void): Promise<Server> {
  const until = performance.now() + 10_000;
  for (;;) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port ?? randomPort(), '127.0.0.1', resolve);
      });
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || performance.now() > until) throw error;
      if (port !== undefined) await pause(50);
    }
  }
}

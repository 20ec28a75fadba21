import type { Socket } from 'node:net';

/** What travels one way through a proxy: bytes, the orderly end of the sender's side, or its reset. */
export type Freight = Buffer | 'end' | 'reset';

/** What a proxy does to everything that goes through it. */
export interface Weather {
  held: boolean;
  delayMs: number;
}

/** So much may wait in one direction before the sender has to. */
const FULL_BYTES = 4 * 1024 * 1024;

/** One direction of one connection. */
export class Lane {
  private waiting: { freight: Freight; arrived: number }[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private blocked = false;

  constructor(
    private readonly source: Socket,
    private readonly sink: Socket,
    private readonly weather: Weather,
  ) {
    sink.on('drain', () => {
      this.blocked = false;
      this.move();
    });
  }

  push(freight: Freight): void {
    this.waiting.push({ freight, arrived: performance.now() });
    this.bytes += sizeOf(freight);
    if (this.bytes >= FULL_BYTES) this.source.pause();
    this.move();
  }

  /** Forwards what is due; called again whenever the weather changes. */
  move(): void {
    clearTimeout(this.timer);
    while (!this.weather.held && !this.blocked) {
      const next = this.waiting[0];
      if (next === undefined) break;
      const early = next.arrived + this.weather.delayMs - performance.now();
      if (early > 0) {
        this.timer = setTimeout(() => this.move(), Math.ceil(early));
        return;
      }
      this.waiting.shift();
      this.bytes -= sizeOf(next.freight);
      this.deliver(next.freight);
    }
    if (this.bytes < FULL_BYTES && this.source.isPaused()) this.source.resume();
  }

  close(): void {
    clearTimeout(this.timer);
    this.waiting = [];
  }

  private deliver(freight: Freight): void {
    if (this.sink.destroyed) return;
    if (freight === 'reset') this.sink.resetAndDestroy();
    else if (freight === 'end') this.sink.end();
    else if (!this.sink.writableEnded) this.blocked = !this.sink.write(freight);
  }
}

const sizeOf = (freight: Freight) => (typeof freight === 'string' ? 0 : freight.length);

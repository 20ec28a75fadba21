import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const MEGABYTE = 2 ** 20;

/** Moves a log that has grown large out of the way, so that at most two of them are kept. */
export function rotate(file: string, largerThan = 20 * MEGABYTE): void {
  if (existsSync(file) && statSync(file).size > largerThan) renameSync(file, `${file}.1`);
}

/** Follows a log file from where it ends now, and gives each complete new line. Reads at most a megabyte at a time. */
export class LogTail {
  private readonly timer: NodeJS.Timeout;
  private position: number;
  private rest = '';

  constructor(
    private readonly file: string,
    private readonly onLine: (line: string) => void,
    everyMs = 500,
  ) {
    this.position = existsSync(file) ? statSync(file).size : 0;
    this.timer = setInterval(() => this.read(), everyMs).unref();
  }

  /** Gives what is there now. */
  read(): void {
    if (!existsSync(this.file)) return;
    const file = openSync(this.file, 'r');
    try {
      const { size } = fstatSync(file);
      if (size < this.position) this.position = 0;
      const buffer = Buffer.alloc(Math.min(size - this.position, MEGABYTE));
      const length = readSync(file, buffer, 0, buffer.length, this.position);
      this.position += length;
      const lines = (this.rest + buffer.toString('utf8', 0, length)).split('\n');
      this.rest = lines.pop() ?? '';
      lines.filter((line) => line !== '').forEach(this.onLine);
    } finally {
      closeSync(file);
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.read();
  }
}

/** What a log line has to say to whoever watches the terminal: the text of an error, or nothing. */
export function troubleIn(line: string): string | undefined {
  if (!line.startsWith('{')) return /error|warn|cannot|fail|must be|missing/i.test(line) ? line : undefined;
  try {
    const { level, message, error, kafkajs } = JSON.parse(line) as {
      level?: string;
      message?: string;
      error?: { message?: string };
      kafkajs?: string;
    };
    // The Kafka client tells of each attempt that it repeats by itself; a broker that stays away shows as not ready.
    if ((level !== 'error' && level !== 'fatal') || kafkajs !== undefined) return undefined;
    return [message, error?.message].filter((text, index, all) => text && all.indexOf(text) === index).join(': ');
  } catch {
    return undefined;
  }
}

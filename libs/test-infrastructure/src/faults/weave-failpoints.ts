import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What happens where a process comes to a failpoint. */
export interface Strike {
  /**
   * `kill`: SIGKILL to itself. `stop`: SIGSTOP to itself, in the middle of the statement. `throw`: an error. `hold`: waits
   * until disarmed, only where the failpoint is awaited. `exit`: ends with code 1.
   */
  action: 'kill' | 'stop' | 'throw' | 'hold' | 'exit';
  /** So many hits pass in each process before it strikes there. None by default. */
  skip?: number;
  /** So many strikes, all processes together. Without end by default. */
  times?: number;
  /** Strikes only where the details, as JSON, hold this text. */
  match?: string;
  /** The global error class that `throw` throws; TypeError by default, which a program hardly expects. */
  error?: string;
  /** Strikes only these processes. */
  pids?: readonly number[];
}

/** The file that arms a failpoint. */
export type Arming = Strike & { armed?: string };

declare global {
  var failpoint: (name: string, details?: unknown) => void;
  var failpointAsync: (name: string, details?: unknown) => Promise<void>;
}

export function installFailpoints(directory: string): void {
  const passed = new Map<string, number>();
  const armingOf = (name: string): Arming | undefined => {
    const file = join(directory, `${name}.json`);
    if (!existsSync(file)) return undefined;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Arming;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const struck = (name: string, details: unknown): Arming | undefined => {
    const arming = armingOf(name);
    if (arming === undefined) return undefined;
    if (arming.pids && !arming.pids.includes(process.pid)) return undefined;
    if (arming.match !== undefined && !(JSON.stringify(details) ?? '').includes(arming.match)) return undefined;
    const count = `${name} ${arming.armed}`;
    const hits = (passed.get(count) ?? 0) + 1;
    passed.set(count, hits);
    if (hits <= (arming.skip ?? 0)) return undefined;
    const log = join(directory, `${name}.struck`);
    if (arming.times !== undefined && strikesOf(log, arming.armed) >= arming.times) return undefined;
    const strike = { name, pid: process.pid, at: new Date().toISOString(), details, armed: arming.armed };
    appendFileSync(log, `${JSON.stringify(strike)}\n`);
    return arming;
  };
  const act = (name: string, { action, error = 'TypeError' }: Arming) => {
    if (action === 'kill') process.kill(process.pid, 'SIGKILL');
    else if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
    else if (action === 'exit') process.exit(1);
    else if (action === 'throw') throw errorOf(error, `failpoint ${name}`);
    else throw new Error(`failpoint ${name} can not ${action}: nothing awaits it`);
  };

  globalThis.failpoint = (name, details) => {
    const arming = struck(name, details);
    if (arming) act(name, arming);
  };
  globalThis.failpointAsync = async (name, details) => {
    const arming = struck(name, details);
    if (arming?.action !== 'hold') return arming && act(name, arming);
    while (armingOf(name)?.armed === arming.armed && existsSync(join(directory, `${name}.json`))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
}

function strikesOf(log: string, armed: string | undefined): number {
  if (!existsSync(log)) return 0;
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return lines.filter((line) => (JSON.parse(line) as { armed?: string }).armed === armed).length;
}

function errorOf(name: string, message: string): Error {
  const errorClass: unknown = Reflect.get(globalThis, name);
  if (typeof errorClass !== 'function') throw new Error(`${message}: there is no global class ${name}`);
  return Reflect.construct(errorClass, [message]) as Error;
}

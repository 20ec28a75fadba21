import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePorts } from './free-port';
import { postgresBinaries } from './postgres-binaries';
import { endProcess, isRunning, lastLines, ownedProcess, signal, spawnServer, waitForExit } from './server-process';

export interface PostgresOptions {
  /** A free one when absent. */
  port?: number;
  /** Of the superuser `postgres`. */
  password: string;
  /** False: nothing is forced to disk, for tests. Default true. */
  durable?: boolean;
  /** Further lines of postgresql.conf. */
  settings?: Record<string, string>;
}

export interface PostgresServer {
  readonly dir: string;
  /** Of the superuser, database `postgres`. Throws when it isn't running. */
  readonly url: string;
  readonly port: number;
  readonly pid: number | undefined;
  readonly logFile: string;
  /** Makes the cluster when there is none. A server that somebody left running on this folder is taken over. */
  start(): Promise<'started' | 'adopted'>;
  /** Ends sessions and shuts down cleanly; after `graceMs` without. */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Cuts every session without a checkpoint, then starts again with recovery. */
  restart(): Promise<void>;
}

/** One PostgreSQL with everything it keeps in `dir`. */
export function postgresServer(dir: string, options: PostgresOptions): PostgresServer {
  const data = resolve(dir, 'data');
  const logFile = resolve(dir, 'postgres.log');
  const pidFile = join(data, 'postmaster.pid');
  let port = options.port;
  const running = () => ownedProcess(pidFile, data);
  const knownPort = () => {
    if (port === undefined) throw new Error('this Postgres has not been started');
    return port;
  };
  const url = () => `postgresql://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${knownPort()}/postgres`;

  const start = async (): Promise<'started' | 'adopted'> => {
    if (running() !== undefined) {
      // The fourth line of the file is the port.
      const leftPort = Number(readFileSync(pidFile, 'utf8').split('\n')[3]);
      port = leftPort;
      if ((options.port ?? leftPort) === leftPort && (await answers(url(), 5_000))) return 'adopted';
      port = options.port;
      await endProcess(running() ?? 0, { by: 'SIGINT' });
    }
    const binaries = postgresBinaries();
    mkdirSync(resolve(dir), { recursive: true });
    if (!existsSync(join(data, 'global', 'pg_control'))) await initialise(binaries, data, options.password);
    port ??= (await freePorts(1))[0]!;
    const pid = await spawnServer({
      command: binaries.postgres,
      args: ['-D', data, '-p', String(port), ...flags(options)],
      user: binaries.user,
      logFile,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    });
    const until = Date.now() + 60_000;
    while (!(await answers(url(), 2_000))) {
      if (!isRunning(pid)) throw new Error(`Postgres did not start. The end of its log:\n${lastLines(logFile)}`);
      if (Date.now() > until) throw new Error(`Postgres did not answer within 60 s. See ${logFile}`);
      await delay(25);
    }
    return 'started';
  };

  const kill = async () => {
    const pid = running();
    if (pid === undefined) return;
    signal(pid, 'SIGQUIT'); // "immediate": no checkpoint, yet its children end with it
    if (!(await waitForExit(pid, 5_000))) await endProcess(pid, { by: 'SIGKILL' });
  };

  return {
    dir: resolve(dir),
    logFile,
    get url() {
      return url();
    },
    get port() {
      return knownPort();
    },
    get pid() {
      return running();
    },
    start,
    stop: async ({ graceMs = 10_000 } = {}) => {
      const pid = running();
      if (pid === undefined) return;
      signal(pid, 'SIGINT');
      if (!(await waitForExit(pid, graceMs))) await kill();
    },
    kill,
    restart: async () => {
      await kill();
      await start();
    },
  };
}

const flags = ({ durable = true, settings = {} }: PostgresOptions) =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

async function initialise(
  { initdb, user }: ReturnType<typeof postgresBinaries>,
  data: string,
  password: string,
): Promise<void> {
  rmSync(data, { recursive: true, force: true }); // what an interrupted first start left
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = join(data, '..', 'initial-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) {
    chownSync(data, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    await promisify(execFile)(
      initdb,
      [
        `--pgdata=${data}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorts by code point and knows every letter's case, the same on every machine.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-sync',
      ],
      { ...user, env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
    );
  } catch (error) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(
      `Postgres could not make its data folder: ${(error as { stderr?: string }).stderr ?? String(error)}`,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function answers(url: string, timeoutMs: number): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // 28P01: it runs, with another password. Waiting won't help.
    if ((error as { code?: string }).code === '28P01') {
      throw new Error('Postgres refuses the password: its data folder was made with another one.');
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

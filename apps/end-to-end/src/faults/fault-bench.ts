import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { services, startStack, type Service, type Stack, type StackOptions } from '@calendar-sync/local-stack';
import {
  eventually,
  freePorts,
  isStopped,
  type PostgresProxy,
  postgresProxy,
  type TcpProxy,
  tcpProxy,
  testDirectory,
  weave,
  type Woven,
} from '@calendar-sync/test-infrastructure';
import { Client, type QueryResultRow } from 'pg';
import { gatewayClient, type GatewayClient } from '../clients/gateway.client';
import { type SimulatedPerson, type SimulatorClient, simulatorClient } from '../clients/simulator.client';
import { windowAround } from '../flow/test-stack';
import { type Failpoint, failpointWeavings } from './failpoints';
import { guardWeavings, removedGuard } from './guards/guards';
import { fetchAlone } from '../clients/fetch-alone';

// Of whoever opens a bench, also where others have less: `npm test` runs some of them.
jest.setTimeout(300_000);

export interface FaultBenchOptions {
  /** Default 2, with 30 entries each. Their accounts are connected and fully synced when the bench opens. With 0 the test brings its own. */
  people?: number;
  entriesPerPerson?: number;
  /** Services reach Kafka and Postgres through proxies: `kafka` and `databases` of the bench. */
  detours?: boolean;
  /** Failpoints that the services are woven with; they strike once armed. */
  failpoints?: readonly Failpoint[];
  /** The wall clocks of the services can be moved. */
  clock?: boolean;
  /** Settings of all services. */
  env?: Record<string, string>;
  stack?: Omit<Partial<StackOptions>, 'env' | 'detour' | 'dir' | 'ports'>;
  /** Called with the stack's folder before anything is started in it. */
  prepare?: (dir: string) => Promise<void>;
}

/** Around which the calendars are filled: with the seed it decides everything. From FAULT_DAY, so that a failure can be repeated later. */
const DAY = process.env['FAULT_DAY'] ?? new Date().toISOString().slice(0, 10);

/** Where everything that the product is known to hold is looked at. */
export const WINDOW = windowAround(DAY);

/** Printed with each run and taken from FAULT_SEED. */
export const faultSeed = (): number => {
  const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));
  process.stderr.write(`seed ${seed} on ${DAY} (repeat with FAULT_SEED=${seed} FAULT_DAY=${DAY})\n`);
  return seed;
};

/** The whole product as real processes with its own servers and provider, and every handle by which it can be hurt. */
export class FaultBench {
  private readonly undo: (() => Promise<unknown> | unknown)[] = [];
  private readonly changing = new Set<() => Promise<number>>();
  private readonly paused = new Set<string>();
  private readonly armed = new Set<string>();
  private readonly loops: (() => Promise<unknown>)[] = [];
  private burst = 0;
  private clockMoves = false;
  stack!: Stack;
  simulator!: SimulatorClient;
  people: SimulatedPerson[] = [];
  /** Between the services and the broker. Only with `detours`. */
  kafka!: TcpProxy;
  /** Between each service and its database. Only with `detours`. */
  databases!: Record<Service, PostgresProxy>;
  woven: Woven | undefined;
  /** Never to be seen in a log or on a topic: strings by what they are. */
  readonly canaries = new Map<string, string>();

  private constructor(readonly seed: number) {}

  static async open(seed: number, options: FaultBenchOptions = {}): Promise<FaultBench> {
    const bench = new FaultBench(seed);
    try {
      await bench.start(options);
      return bench;
    } catch (error) {
      await bench.close();
      throw new Error('the bench did not come up: this says nothing about the fault', { cause: error });
    }
  }

  private async start(options: FaultBenchOptions): Promise<void> {
    const dir = testDirectory('faults');
    await options.prepare?.(dir);
    const detour = options.detours ? await this.detours() : undefined;
    const weavings = [...failpointWeavings(options.failpoints ?? []), ...guardWeavings(removedGuard())];
    if (weavings.length > 0 || options.clock) {
      mkdirSync(join(dir, 'woven'), { recursive: true });
      this.clockMoves = options.clock ?? false;
      this.woven = weave(join(dir, 'woven'), weavings, { clock: this.clockMoves });
    }
    const clientSecret = `canary-${randomBytes(12).toString('hex')}`;
    const { serviceEnv, ...stackOptions } = options.stack ?? {};
    this.stack = await startStack({
      dir,
      durable: false,
      partitions: 4,
      ...stackOptions,
      ports: 'free',
      env: {
        POLL_MIN_SECONDS: '2',
        POLL_MAX_SECONDS: '5',
        RATE_LIMIT_PER_MINUTE: '1000000',
        GOOGLE_CLIENT_SECRET: clientSecret,
        ...detour?.ports,
        ...options.env,
      },
      ...(detour && { detour: detour.detour }),
      serviceEnv: Object.fromEntries(
        services.map((service) => [service, { ...this.woven?.env, ...serviceEnv?.[service] }]),
      ),
    });
    this.undo.push(() => this.stack.destroy());
    this.simulator = simulatorClient(this.stack.urls.simulator!);
    this.people = await this.fill(options.people ?? 2, options.entriesPerPerson ?? 30);
    this.nameCanaries(clientSecret);
    await Promise.all(this.people.map((person) => this.gateway(person).connect(person)));
    await eventually(
      async () => {
        for (const person of this.people) expect(await this.firstPullsAreDone(person)).toBe(true);
        return true;
      },
      { timeoutMs: 120_000, intervalMs: 200 },
    );
  }

  private async detours() {
    const [postgres, kafka, listen] = (await freePorts(3)) as [number, number, number];
    this.kafka = await tcpProxy({ port: listen });
    const proxies = await Promise.all(services.map(async (name) => [name, await postgresProxy({ port: postgres })]));
    this.databases = Object.fromEntries(proxies) as Record<Service, PostgresProxy>;
    this.undo.push(() => Promise.all([this.kafka.close(), ...services.map((name) => this.databases[name].close())]));
    return {
      ports: { POSTGRES_PORT: String(postgres), KAFKA_PORT: String(kafka) },
      detour: {
        kafka: { listen, advertise: this.kafka.port },
        databases: Object.fromEntries(services.map((name) => [name, this.databases[name].port])),
      },
    };
  }

  private nameCanaries(clientSecret: string): void {
    const { secrets } = this.stack;
    this.canaries.set('OAuth client secret', clientSecret);
    for (const person of this.people) this.canaries.set(`refresh token of ${person.user}`, person.refreshToken);
    for (const [service, password] of Object.entries(secrets.databasePasswords))
      this.canaries.set(`database password of ${service}`, password);
    this.canaries.set('credential key', secrets.credentialKeys.split(':').at(-1)!);
    this.canaries.set('channel token key', secrets.channelTokenKeys.split(':').at(-1)!);
    this.canaries.set('sealing key', String(secrets.sealing.privateKey.d));
  }

  private async firstPullsAreDone(person: SimulatedPerson): Promise<boolean> {
    const { items } = await this.gateway(person).syncState();
    return items.length > 0 && items.every(({ state }) => state === 'current');
  }

  gateway(person: SimulatedPerson): GatewayClient {
    return gatewayClient(this.stack, person.user);
  }

  /** The calendar that bears the person's address, by our id. */
  async calendarOf(person: SimulatedPerson): Promise<string> {
    const calendars = await this.gateway(person).calendars();
    return calendars.find((each) => each.providerCalendarId === person.email)!.calendarId;
  }

  /** Rows of a service's own database, past all proxies. */
  async query<Row extends QueryResultRow>(service: Service, sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.stack.databaseUrl(service), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** People with realistic calendars at the provider, whose accounts nobody has connected. */
  fill(people: number, entriesPerPerson: number): Promise<SimulatedPerson[]> {
    return this.simulator.seed(people, entriesPerPerson, this.seed, DAY);
  }

  /** Random changes at the provider, the same for the same seed and day. */
  async mutate(count: number, people: readonly SimulatedPerson[] = this.people): Promise<void> {
    this.burst += 1;
    const accounts = people.map(({ email }) => email);
    await this.simulator.mutate(accounts, count, this.seed * 1_000 + this.burst, DAY);
  }

  /** Random changes at the provider until the returned function is called; it gives how many were made. */
  keepChanging(perSecond: number, people: readonly SimulatedPerson[] = this.people): () => Promise<number> {
    const TICK_MS = 100;
    let made = 0;
    const began = Date.now();
    const end = this.keepDoing(async () => {
      const owed = Math.floor(((Date.now() - began) / 1_000) * perSecond) - made;
      if (owed > 0) {
        await this.mutate(owed, people);
        made += owed;
      }
      await delay(TICK_MS);
    });
    const stop = async () => {
      this.changing.delete(stop);
      await end();
      return made;
    };
    this.changing.add(stop);
    return stop;
  }

  /** Does something again and again until it is stopped: by what is returned, or by the end of the bench, whatever becomes of the test. */
  keepDoing(step: () => Promise<unknown>): () => Promise<void> {
    let wanted = true;
    const loop = (async () => {
      while (wanted) await step();
    })();
    loop.catch(() => undefined);
    const stop = async () => {
      wanted = false;
      await loop;
    };
    this.loops.push(stop);
    return stop;
  }

  /**
   * Waits until a process froze itself at the failpoint, armed with `stop`, and gives its name. `heal` thaws what was not thawed. A process
   * notes that it was struck before it stops: thawed in between, it would stop for good.
   */
  async frozenAt(failpoint: Failpoint, timeoutMs = 120_000): Promise<string> {
    const { pid } = await eventually(
      () => {
        const last = this.woven?.strikes(failpoint).at(-1);
        return last !== undefined && isStopped(last.pid) && last;
      },
      { timeoutMs, intervalMs: 50 },
    );
    const name = this.stack.serviceProcesses.find((one) => this.stack.pid(one) === pid)!;
    this.paused.add(name);
    return name;
  }

  thaw(name: string): void {
    this.paused.delete(name);
    this.stack.signal(name, 'SIGCONT');
  }

  /** The next time that a process comes to the failpoint, it does so; `heal` disarms what is left. */
  arm(name: Failpoint, strike: Parameters<Woven['arm']>[1]): void {
    if (this.woven === undefined) throw new Error('the bench was opened without failpoints');
    this.armed.add(name);
    this.woven.arm(name, strike);
  }

  /** Waits until the process `pid` of that name was replaced by another one that is ready. */
  async restarted(name: string, pid: number | undefined, timeoutMs = 60_000): Promise<void> {
    await eventually(
      async () => {
        const now = this.stack.pid(name);
        return now !== undefined && now !== pid && (await this.isReady(name));
      },
      { timeoutMs, intervalMs: 100 },
    );
  }

  async isReady(name: string): Promise<boolean> {
    try {
      const answer = await fetchAlone(`${this.stack.urlOf(name)}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** The sum of a metric over its labels that hold `labels`; 0 where it is not there. */
  async metric(name: string, metric: string, labels: Record<string, string> = {}): Promise<number> {
    const text = await (await fetchAlone(`${this.stack.urlOf(name)}/metrics`)).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return text
      .split('\n')
      .filter((line) => new RegExp(`^${metric}(\\{| )`).test(line) && wanted.every((part) => line.includes(part)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Takes every fault away: proxies pass, clocks are right, failpoints are off, the provider behaves, all servers and processes run. */
  async heal(): Promise<void> {
    for (const stop of this.changing) await stop();
    for (const name of this.paused) this.thaw(name);
    for (const proxy of [this.kafka, ...Object.values(this.databases ?? {})]) await proxy?.pass();
    for (const name of this.armed) this.woven?.disarm(name);
    this.armed.clear();
    if (this.clockMoves) this.woven?.moveClock(0);
    await this.simulator.clearFaults();
    if (this.stack.postgres?.pid === undefined) await this.stack.postgres?.start();
    if (this.stack.kafka?.pid === undefined) await this.stack.kafka?.start();
    for (const name of this.stack.serviceProcesses) {
      if (this.stack.pid(name) === undefined) await this.stack.start(name);
    }
  }

  /** Ends everything. A guard that was to be removed and never was is an error: what the test said means nothing then. */
  async close(): Promise<void> {
    for (const stop of this.loops) await stop().catch(() => undefined);
    for (const name of this.paused) this.thaw(name);
    const guard = removedGuard();
    const applied = this.woven?.applied().map(({ name }) => name) ?? [];
    for (const step of this.undo.reverse()) await step();
    const missing = guardWeavings(guard).filter(({ name }) => !applied.includes(name));
    if (this.stack !== undefined && missing.length > 0) {
      throw new Error(`the guard was not removed: ${missing.map(({ name }) => name).join(', ')} was never loaded`);
    }
  }
}

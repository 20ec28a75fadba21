import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { workspaceRoot } from '../workspace';
import { accepts, freePorts } from './free-port';
import { kafkaJars, requireJava, type JarsOptions } from './kafka-jars';
import { endProcess, isRunning, lastLines, ownedProcess, spawnServer } from './server-process';

export interface KafkaOptions extends JarsOptions {
  /** A free one when absent; the same again after a restart. */
  port?: number;
  /** A second way in, for clients that go through a proxy at `advertise`: the proxy's target is `listen`. */
  detour?: Detour;
  /** Further lines of server.properties. */
  settings?: Record<string, string>;
}

export interface Detour {
  listen: number;
  advertise: number;
}

export interface KafkaBroker {
  readonly dir: string;
  /** `host:port`, known once it was started; never that of the detour. */
  readonly brokers: string[];
  readonly pid: number | undefined;
  readonly logFile: string;
  /** Formats the folder when it is new. A broker that somebody left running on it is taken over. */
  start(): Promise<'started' | 'adopted'>;
  /** Shuts down cleanly; after `graceMs` by force. */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
  /** Killed and started again at the same address. */
  restart(): Promise<void>;
}

/** One real Apache Kafka, broker and controller in one process, with everything it keeps in `dir`. */
export function kafkaBroker(dir: string, options: KafkaOptions = {}): KafkaBroker {
  const folder = resolve(dir);
  const logFile = join(folder, 'kafka.log');
  const pidFile = join(folder, 'kafka.pid');
  const properties = join(folder, 'server.properties');
  let port = options.port;
  const running = () => ownedProcess(pidFile, properties);

  const start = async (): Promise<'started' | 'adopted'> => {
    const left = running();
    if (left !== undefined) {
      const leftPort = portIn(properties);
      const fits = options.port === undefined || options.port === leftPort;
      if (fits && takesDetour(properties, options.detour) && leftPort !== undefined && (await accepts(leftPort))) {
        port = leftPort;
        return 'adopted';
      }
      await endProcess(left);
    }
    requireJava();
    const classpath = join(await kafkaJars(options), '*');
    mkdirSync(folder, { recursive: true });
    const [free, controller] = (await freePorts(2)) as [number, number];
    port ??= free;
    writeFileSync(properties, serverProperties(folder, { port, controller }, options));
    if (!existsSync(join(folder, 'data', 'meta.properties'))) await format(folder, classpath, properties);
    const pid = await spawnServer({
      command: 'java',
      args: [...jvm, ...logging(), '-cp', classpath, 'kafka.Kafka', properties],
      logFile,
    });
    writeFileSync(pidFile, String(pid));
    const until = Date.now() + 90_000;
    while (!(await accepts(port))) {
      if (!isRunning(pid)) throw new Error(`Kafka did not start. The end of its log:\n${lastLines(logFile)}`);
      if (Date.now() > until) throw new Error(`Kafka did not listen within 90 s. See ${logFile}`);
      await delay(50);
    }
    return 'started';
  };

  const end = async (by: NodeJS.Signals, graceMs: number) => {
    const pid = running();
    if (pid !== undefined) await endProcess(pid, { by, graceMs });
    rmSync(pidFile, { force: true });
  };

  return {
    dir: folder,
    logFile,
    get brokers() {
      if (port === undefined) throw new Error('this Kafka has not been started');
      return [`127.0.0.1:${port}`];
    },
    get pid() {
      return running();
    },
    start,
    stop: ({ graceMs = 8_000 } = {}) => end('SIGTERM', graceMs),
    kill: () => end('SIGKILL', 5_000),
    restart: async () => {
      await end('SIGKILL', 5_000);
      await start();
    },
  };
}

const jvm = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
const logging = () => [
  `-Dlog4j2.configurationFile=${join(workspaceRoot, 'libs/test-infrastructure/kafka/log4j2.properties')}`,
];

async function format(folder: string, classpath: string, properties: string): Promise<void> {
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  await promisify(execFile)('java', [
    ...jvm,
    ...logging(),
    '-cp',
    classpath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    newClusterId(),
    '-c',
    properties,
  ]);
}

/** Never with a dash in front, which the tool takes for an option. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

function portIn(properties: string): number | undefined {
  const listener = /^listeners=PLAINTEXT:\/\/127\.0\.0\.1:(\d+)/m.exec(readFileSync(properties, 'utf8'));
  return listener ? Number(listener[1]) : undefined;
}

const detourListeners = ({ listen, advertise }: Detour) => ({
  listeners: `DETOUR://127.0.0.1:${listen}`,
  'advertised.listeners': `DETOUR://127.0.0.1:${advertise}`,
});

function takesDetour(properties: string, detour: Detour | undefined): boolean {
  const lines = readFileSync(properties, 'utf8');
  if (detour === undefined) return !lines.includes('DETOUR://');
  return Object.entries(detourListeners(detour)).every(([name, listener]) =>
    new RegExp(`^${name}=.*${listener}\\b`, 'm').test(lines),
  );
}

function serverProperties(
  folder: string,
  { port, controller }: { port: number; controller: number },
  { detour, settings = {} }: KafkaOptions,
): string {
  const direct = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`;
  const around = detour && detourListeners(detour);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: [direct, around?.listeners].filter(Boolean).join(','),
    'advertised.listeners': [direct, around?.['advertised.listeners']].filter(Boolean).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,DETOUR:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '8',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed may register again only once its old registration has timed out (9 s by default).
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    ...settings,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

import { freePorts, type KafkaBroker, type PostgresServer } from '@calendar-sync/test-infrastructure';
import type { Servers } from './servers/servers';
import { type News, serviceDefinition, urlOf } from './services/process-definitions';
import { databaseVariable, type Service, services } from './services/services';
import { type Exit, SupervisedProcess } from './services/supervised-process';
import type { Secrets } from './settings/secrets';
import type { Environment } from './settings/settings';
import type { StackDirectory } from './stack-directory';
import { type Detour, takingDetour } from './stack-settings';

export const SIMULATOR = 'google-calendar-simulator';

export interface StackParts {
  directory: StackDirectory;
  secrets: Secrets;
  servers: Servers;
  /** Everything that was decided: what was set, and what the stack made up. */
  settings: Environment;
  simulatorUrl?: string;
  onNews: News;
  serviceEnv?: Partial<Record<Service, NodeJS.ProcessEnv>>;
  detour?: Detour;
}

/** The servers and processes of one stack, each reachable, killable and startable by its name. */
export class Stack {
  // Private to the language, so that printing a stack (as a failed test may) shows no secret.
  readonly #parts: StackParts;
  readonly #processes = new Map<string, SupervisedProcess>();
  #stopped: Promise<void> | undefined;

  constructor(parts: StackParts) {
    this.#parts = parts;
  }

  get directory(): StackDirectory {
    return this.#parts.directory;
  }

  get secrets(): Secrets {
    return this.#parts.secrets;
  }

  /** What the services were told, all of it: not for logs. */
  get settings(): Environment {
    return this.#parts.settings;
  }

  get brokers(): readonly string[] {
    return this.#parts.servers.brokers;
  }

  /** Undefined where a server that somebody else runs is used. */
  get postgres(): PostgresServer | undefined {
    return this.#parts.servers.postgres;
  }

  /** Undefined where a broker that somebody else runs is used. */
  get kafka(): KafkaBroker | undefined {
    return this.#parts.servers.kafka;
  }

  /** Where each service is reached, and the simulator when there is one. */
  get urls(): Readonly<Record<Service, string>> & { readonly simulator?: string } {
    const urls = Object.fromEntries(services.map((service) => [service, urlOf(service, this.settings)]));
    const { simulatorUrl } = this.#parts;
    return { ...(urls as Record<Service, string>), ...(simulatorUrl !== undefined && { simulator: simulatorUrl }) };
  }

  /** With the rights of the service's own role. */
  databaseUrl(service: Service): string {
    return this.settings[databaseVariable(service)]!;
  }

  add(process: SupervisedProcess): SupervisedProcess {
    this.#processes.set(process.name, process);
    return process;
  }

  addService(service: Service, own: { name?: string; port?: string; env?: NodeJS.ProcessEnv } = {}): SupervisedProcess {
    const { serviceEnv, detour, ...parts } = this.#parts;
    const settings = detour === undefined ? parts.settings : takingDetour(parts.settings, detour);
    const env = { ...serviceEnv?.[service], ...own.env };
    return this.add(new SupervisedProcess(serviceDefinition(service, { ...parts, settings }, { ...own, env })));
  }

  /** Ends a process with a signal, `kill -9` unless told otherwise; it stays down until `start(name)`. */
  async kill(name: string, by: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.process(name).stop({ by });
  }

  /** Sends a signal only. After SIGKILL the stack starts the process again by itself; SIGSTOP and SIGCONT freeze and thaw it. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.process(name).signal(signal);
  }

  /** Starts what was killed, and waits until it is ready. */
  async start(name: string): Promise<void> {
    await this.process(name).start();
    await this.process(name).ready();
  }

  /** One more process of a service, on a port of its own. Gives the name by which it can be killed. */
  async startReplica(service: Service, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const [port] = await freePorts(1);
    let number = 2;
    while (this.#processes.has(`${service}-${number}`)) number += 1;
    const name = `${service}-${number}`;
    this.addService(service, { name, port: String(port), env });
    await this.start(name);
    return name;
  }

  /** Of any process, a replica too. Throws for the simulator. */
  urlOf(name: string): string {
    return this.process(name).definition.readyUrl.replace(/\/health\/ready$/, '');
  }

  /** The names of all processes, replicas too, without the simulator. */
  get serviceProcesses(): string[] {
    return [...this.#processes.keys()].filter((name) => name !== SIMULATOR);
  }

  pid(name: string): number | undefined {
    return this.process(name).runningPid;
  }

  /** How a process ended the last time; known a moment after it has. */
  exitOf(name: string): Exit | undefined {
    return this.process(name).exit;
  }

  logFile(name: string): string {
    return this.process(name).definition.logFile;
  }

  /** Ends everything, services first, then the simulator and the servers; 15 seconds at most. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      const all = [...this.#processes.values()];
      await Promise.all(all.filter(({ name }) => name !== SIMULATOR).map((process) => process.stop()));
      await Promise.all([this.#processes.get(SIMULATOR)?.stop({ graceMs: 2_500 }), this.#parts.servers.stop()]);
    })();
    return this.#stopped;
  }

  /** Ends everything at once, without letting anybody finish. */
  async destroy(): Promise<void> {
    await Promise.all([
      ...[...this.#processes.values()].map((process) => process.stop({ by: 'SIGKILL' })),
      this.kafka?.kill(),
      this.postgres?.kill(),
    ]);
  }

  private process(name: string): SupervisedProcess {
    const found = this.#processes.get(name === 'simulator' ? SIMULATOR : name);
    if (!found) throw new Error(`this stack runs no ${name}`);
    return found;
  }
}

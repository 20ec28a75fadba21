import { createKafka } from '@calendar-sync/kafka';
import { quietly, type ShowSteps, type Step } from './progress/steps';
import { Stack } from './running-stack';
import { createOwnDatabases, ownUrl } from './servers/databases';
import { portIsFree, Servers } from './servers/servers';
import { coordinatorIsThere, createAllTopics } from './servers/topics';
import { migrate } from './services/migrate';
import { endOrphans } from './services/orphans';
import { type News, simulatorDefinition } from './services/process-definitions';
import { databaseName, databaseVariable, type Service, services as allServices } from './services/services';
import { SupervisedProcess } from './services/supervised-process';
import { keepSecrets } from './settings/secrets';
import { type Environment, Refusal, validate } from './settings/settings';
import { StackDirectory } from './stack-directory';
import { choosePorts, completeSettings, type Detour, portVariable } from './stack-settings';

export interface StackOptions {
  /** Everything that the stack keeps lies here: databases, topics, secrets, logs. */
  dir: string;
  /** Those to start, all by default. */
  services?: readonly Service[];
  /** Google on this machine. Default true. */
  simulator?: boolean;
  /** Calendar exports that the simulator loads. */
  ics?: readonly string[];
  /** Settings as in `.env.example`; they win over what the stack makes up. The process's own environment is not read. */
  env?: Environment;
  /** Further environment of single services: a preloaded library, a failpoint. */
  serviceEnv?: Partial<Record<Service, NodeJS.ProcessEnv>>;
  /** `free`: any that nothing listens on, for tests; `usual` (default): those that the README names. */
  ports?: 'usual' | 'free';
  /** False: Postgres forces nothing to disk. Default true. */
  durable?: boolean;
  /** Partitions per topic, 12 by default. */
  partitions?: number;
  /** The services reach the servers by way of proxies; whoever holds the stack reaches them directly. */
  detour?: Detour;
  showSteps?: ShowSteps;
  /** Errors of the services and restarts, a line each. */
  onNews?: News;
  /** Ends a start that is under way; what was started is stopped. */
  signal?: AbortSignal;
}

/** Starts the whole product in `dir` and gives it back ready. Ends what it started when it fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const given = options.env ?? {};
  const { services = allServices, showSteps = quietly, onNews = () => undefined, signal } = options;
  validate(given);
  const directory = new StackDirectory(options.dir);
  directory.create();
  const secrets = await keepSecrets(directory.secrets, allServices);
  const ports = await choosePorts(given, options.ports ?? 'usual');
  const own = allServices
    .filter((service) => given[databaseVariable(service)] === undefined)
    .map((service) => ({ service, name: databaseName(service), password: secrets.databasePasswords[service]! }));
  const servers = new Servers({
    directory,
    settings: given,
    ports,
    postgresPassword: secrets.postgresPassword,
    durable: options.durable ?? true,
    needsPostgres: own.length > 0,
    ...(options.detour?.kafka && { kafkaDetour: options.detour.kafka }),
  });
  let stack: Stack | undefined;
  try {
    await showSteps(
      abortable(signal, [
        { title: 'What an earlier start left running', run: (report) => endOrphans(directory, report) },
        {
          title: 'Free ports',
          run: async () => {
            const wanted = [...services, ...(options.simulator === false ? [] : (['simulator'] as const))];
            await Promise.all(wanted.map((name) => portIsFree(ports[name], portVariable(name))));
          },
        },
        { title: 'Postgres and Kafka', run: (report) => servers.start(report) },
        {
          title: 'A database and a role for each service',
          skip: own.length === 0,
          run: () => createOwnDatabases(servers.superuserUrl!, own),
        },
      ]),
    );
    const simulatorUrl = options.simulator === false ? undefined : `http://127.0.0.1:${ports.simulator}`;
    const settings = completeSettings(given, {
      ports,
      secrets,
      brokers: servers.brokers,
      databaseUrls: Object.fromEntries(own.map((each) => [each.service, ownUrl(servers.superuserUrl!, each)])),
      ...(simulatorUrl !== undefined && { simulatorUrl }),
    });
    const parts = {
      directory,
      secrets,
      servers,
      settings,
      onNews,
      ...(options.serviceEnv && { serviceEnv: options.serviceEnv }),
      ...(options.detour && { detour: options.detour }),
      ...(simulatorUrl !== undefined && { simulatorUrl }),
    };
    const running = (stack = new Stack(parts));
    await showSteps(
      abortable(signal, [
        { title: 'Topics', run: (report) => topics(running, options.partitions, report) },
        {
          title: 'Migrations',
          skip: services.length === 0,
          run: async () => void (await Promise.all(services.map((service) => migrate(service, settings)))),
        },
        {
          title: 'Google Calendar simulator',
          skip: simulatorUrl === undefined,
          run: async () => {
            const process = new SupervisedProcess(simulatorDefinition(ports.simulator, options.ics ?? [], parts));
            await running.add(process).start();
            await process.ready(20_000);
          },
        },
        {
          title: 'Services',
          skip: services.length === 0,
          run: async (report) => {
            const ready: string[] = [];
            await Promise.all(
              services.map(async (service) => {
                const process = running.addService(service);
                await process.start();
                await process.ready();
                ready.push(service);
                report(`ready: ${ready.join(', ')}`);
              }),
            );
          },
        },
      ]),
    );
    return running;
  } catch (error) {
    await (stack ?? servers).stop();
    throw error;
  }
}

async function topics(stack: Stack, partitions: number | undefined, report: (text: string) => void): Promise<void> {
  const kafka = createKafka({ brokers: [...stack.brokers], clientId: 'local-stack', logger: silent });
  const { created, drift } = await createAllTopics(kafka, {
    prefix: stack.settings['TOPIC_PREFIX'],
    ...(partitions !== undefined && { partitions }),
  });
  if (created > 0) report(`${created} created`);
  await coordinatorIsThere(kafka);
  for (const { topic, setting, expected, found } of drift) {
    report(`${topic}: ${setting} is ${found} and should be ${expected}`);
  }
}

/** Between steps and within them: a start that nobody wants any more fails at once. */
const abortable = (signal: AbortSignal | undefined, steps: Step[]): Step[] =>
  steps.map((step) => ({
    ...step,
    run: (report) =>
      signal === undefined
        ? step.run(report)
        : new Promise((resolve, reject) => {
            const abort = () => reject(new Refusal('The start was interrupted.'));
            if (signal.aborted) return abort();
            signal.addEventListener('abort', abort, { once: true });
            step
              .run(report)
              .then(resolve, reject)
              .finally(() => signal.removeEventListener('abort', abort));
          }),
  }));

const ignore = () => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

import { join } from 'node:path';
import { freePorts, workspaceRoot } from '@calendar-sync/test-infrastructure';
import { databaseVariable, factsOf, services, type Service } from './services/services';
import type { Secrets } from './settings/secrets';
import type { Environment } from './settings/settings';

export interface Ports {
  gateway: number;
  'webhook-ingestion': number;
  sync: number;
  'meeting-extraction': number;
  monitoring: number;
  simulator: number;
  postgres: number;
  kafka: number;
}

const others = {
  simulator: { variable: 'SIMULATOR_PORT', port: 3010 },
  postgres: { variable: 'POSTGRES_PORT', port: 15_432 },
  kafka: { variable: 'KAFKA_PORT', port: 19_092 },
};

const portOf = (name: keyof Ports) =>
  name === 'simulator' || name === 'postgres' || name === 'kafka'
    ? others[name]
    : { variable: factsOf[name].portVariable, port: factsOf[name].port };

const names: readonly (keyof Ports)[] = [...services, 'simulator', 'postgres', 'kafka'];

/** By which variable a port is changed. */
export const portVariable = (name: keyof Ports) => portOf(name).variable;

/** The ports that the settings name, else the usual ones, else (`free`) any that nothing listens on. */
export async function choosePorts(settings: Environment, otherwise: 'usual' | 'free'): Promise<Ports> {
  const free = otherwise === 'free' ? await freePorts(names.length) : [];
  const entries = names.map((name, index) => {
    const { variable, port } = portOf(name);
    return [name, Number(settings[variable] ?? free[index] ?? port)];
  });
  return Object.fromEntries(entries) as Ports;
}

export interface Surroundings {
  ports: Ports;
  secrets: Secrets;
  brokers: readonly string[];
  /** Of the databases that the stack made. */
  databaseUrls: Readonly<Partial<Record<Service, string>>>;
  /** Present when the stack has a simulator. */
  simulatorUrl?: string;
}

export const ownIssuer = 'https://calendar-sync.local/';
export const ownAudience = 'calendar-sync';

/** Everything that the services are told: what was set wins, the rest is what this stack has made. */
export function completeSettings(
  settings: Environment,
  { ports, secrets, brokers, databaseUrls, simulatorUrl }: Surroundings,
): Environment {
  const ownKeys =
    settings['JWT_KEY'] === undefined && settings['JWT_JWKS_URL'] === undefined
      ? { JWT_KEY: JSON.stringify(secrets.jwt.publicKey) }
      : {};
  const sealing =
    settings['SEALING_PUBLIC_KEY'] === undefined
      ? {
          SEALING_PUBLIC_KEY: JSON.stringify(secrets.sealing.publicKey),
          SEALING_PRIVATE_KEYS: JSON.stringify([secrets.sealing.privateKey]),
        }
      : {};
  const google =
    simulatorUrl === undefined
      ? { GOOGLE_CLIENT_ID: 'not-set', GOOGLE_CLIENT_SECRET: 'not-set' }
      : {
          GOOGLE_CLIENT_ID: 'local-stack',
          GOOGLE_CLIENT_SECRET: 'local-stack',
          GOOGLE_API_ROOT_URL: `${simulatorUrl}/`,
          GOOGLE_OAUTH_TOKEN_URL: `${simulatorUrl}/token`,
          GOOGLE_OAUTH_REVOKE_URL: `${simulatorUrl}/revoke`,
          WEBHOOK_PUBLIC_URL: `http://127.0.0.1:${ports['webhook-ingestion']}/webhooks/google`,
        };
  return {
    // Five processes load the same packages: compiled once, they start in half the time.
    NODE_COMPILE_CACHE: join(workspaceRoot, '.local/compiled'),
    CREDENTIAL_KEYS: secrets.credentialKeys,
    CHANNEL_TOKEN_KEYS: secrets.channelTokenKeys,
    JWT_ISSUER: ownIssuer,
    JWT_AUDIENCE: ownAudience,
    ...ownKeys,
    ...sealing,
    ...google,
    ...settings,
    HOST: settings['HOST'] ?? '127.0.0.1',
    KAFKA_BROKERS: brokers.join(','),
    ...Object.fromEntries(
      services.map((service) => [
        databaseVariable(service),
        settings[databaseVariable(service)] ?? databaseUrls[service],
      ]),
    ),
    ...Object.fromEntries(names.map((name) => [portVariable(name), String(ports[name])])),
  };
}

/** Ports of proxies on this machine. */
export interface Detour {
  /** The broker listens on `listen` too, and tells clients who come that way to come to `advertise`. */
  kafka?: { listen: number; advertise: number };
  databases?: Readonly<Partial<Record<Service, number>>>;
}

/** The same settings with the proxies in place of the servers. */
export function takingDetour(settings: Environment, { kafka, databases = {} }: Detour): Environment {
  const urls = Object.entries(databases).map(([service, port]) => {
    const variable = databaseVariable(service as Service);
    const url = new URL(settings[variable]!);
    url.port = String(port);
    return [variable, url.href];
  });
  return {
    ...settings,
    ...(kafka && { KAFKA_BROKERS: `127.0.0.1:${kafka.advertise}` }),
    ...Object.fromEntries(urls),
  };
}

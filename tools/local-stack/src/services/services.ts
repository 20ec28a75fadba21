/** Every service of the product, in the order in which they are shown. */
export const services = ['webhook-ingestion', 'sync', 'meeting-extraction', 'monitoring', 'gateway'] as const;
export type Service = (typeof services)[number];

interface ServiceFacts {
  portVariable: string;
  port: number;
  /** Whose topics it reads, besides the commands it accepts. */
  reads: readonly Service[];
  /** The settings that are its business, besides those of its own prefix: names, and prefixes that end in `_`. */
  settings: readonly string[];
}

export const factsOf: Record<Service, ServiceFacts> = {
  'webhook-ingestion': {
    portVariable: 'WEBHOOK_PORT',
    port: 3001,
    reads: ['sync'],
    settings: ['CHANNEL_TOKEN_KEYS', 'WEBHOOK_LOG_', 'PUSH_', 'UNVERIFIED_'],
  },
  sync: {
    portVariable: 'SYNC_PORT',
    port: 3002,
    reads: ['webhook-ingestion'],
    settings: [
      'CREDENTIAL_KEYS',
      'CHANNEL_TOKEN_KEYS',
      'SEALING_PRIVATE_KEYS',
      'WEBHOOK_PUBLIC_URL',
      'GOOGLE_',
      'POLL_',
      'WATCH_',
      'PULL_',
      'QUOTA_',
      'RETRY_',
      'CALENDAR_LIST_',
      'SECOND_LOOK_',
    ],
  },
  'meeting-extraction': {
    portVariable: 'MEETING_EXTRACTION_PORT',
    port: 3003,
    reads: ['sync'],
    settings: ['MEETING_'],
  },
  monitoring: {
    portVariable: 'MONITORING_PORT',
    port: 3004,
    reads: ['webhook-ingestion', 'sync', 'meeting-extraction', 'gateway'],
    settings: ['HEALTH_', 'ALERT_'],
  },
  gateway: {
    portVariable: 'GATEWAY_PORT',
    port: 3000,
    reads: ['sync', 'meeting-extraction', 'monitoring', 'webhook-ingestion'],
    settings: ['SEALING_PUBLIC_KEY', 'JWT_', 'RATE_LIMIT_', 'MEETING_SERVICES_FILE'],
  },
};

const upper = (service: Service) => service.toUpperCase().replaceAll('-', '_');

export const databaseVariable = (service: Service) => `${upper(service)}_DATABASE_URL`;

/** Database and role of a service have one name. */
export const databaseName = (service: Service, prefix = 'calendar_sync_') => `${prefix}${service.replaceAll('-', '_')}`;

/** What every service may see of the machine and of the stack. */
const forEveryone = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'NODE_ENV',
  'NODE_EXTRA_CA_CERTS',
  'NODE_COMPILE_CACHE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'HOST',
  'LOG_LEVEL',
  'DRAIN_MS',
  'KAFKA_BROKERS',
  'TOPIC_PREFIX',
  'DATABASE_CONNECTIONS',
  'TRUSTED_PROXIES',
  'OTEL_',
];

/** The part of the settings that a service needs: it never sees another one's keys or database. */
export function settingsFor(
  service: Service,
  settings: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  const { portVariable, settings: own } = factsOf[service];
  const allowed = [...forEveryone, portVariable, `${upper(service)}_`, ...own];
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) =>
      allowed.some((each) => (each.endsWith('_') ? name.startsWith(each) : name === each)),
    ),
  );
}

/** Which of the wanted services have been built, so that a part of the product can be run alone. */
export const isService = (name: string): name is Service => services.some((service) => service === name);

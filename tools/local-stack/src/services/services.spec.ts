import { services, settingsFor } from './services';

const everything = {
  PATH: '/bin',
  KAFKA_BROKERS: 'k:1',
  TRUSTED_PROXIES: '10.0.0.0/8',
  AWS_SECRET_ACCESS_KEY: 'not theirs',
  POSTGRES_URL: 'superuser',
  CREDENTIAL_KEYS: 'credential keys',
  CHANNEL_TOKEN_KEYS: 'token keys',
  SEALING_PRIVATE_KEYS: 'private',
  SEALING_PUBLIC_KEY: 'public',
  GOOGLE_CLIENT_SECRET: 'client secret',
  JWT_KEY: 'jwt',
  SYNC_DATABASE_URL: 'sync database',
  GATEWAY_DATABASE_URL: 'gateway database',
  MONITORING_DATABASE_URL: 'monitoring database',
  WEBHOOK_INGESTION_DATABASE_URL: 'webhook database',
  MEETING_EXTRACTION_DATABASE_URL: 'meeting database',
};

describe('the environment of a service', () => {
  const whoSees = (value: string) =>
    services.filter((service) => Object.values(settingsFor(service, everything)).includes(value));

  it.each([
    ['credential keys', ['sync']],
    ['token keys', ['webhook-ingestion', 'sync']],
    ['private', ['sync']],
    ['public', ['gateway']],
    ['client secret', ['sync']],
    ['jwt', ['gateway']],
    ['superuser', []],
    ['not theirs', []],
    ['sync database', ['sync']],
    ['gateway database', ['gateway']],
    ['monitoring database', ['monitoring']],
    ['webhook database', ['webhook-ingestion']],
    ['meeting database', ['meeting-extraction']],
    ['k:1', [...services]],
    ['10.0.0.0/8', [...services]],
  ])('holds the %s only where it is needed', (value, seers) => {
    expect(whoSees(value)).toEqual(seers);
  });
});

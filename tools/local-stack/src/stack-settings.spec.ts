import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepSecrets, type Secrets } from './settings/secrets';
import { validate } from './settings/settings';
import { choosePorts, completeSettings, portVariable } from './stack-settings';

describe('what services are told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-complete-'));
  let secrets: Secrets;
  beforeAll(async () => {
    secrets = await keepSecrets(join(folder, 'secrets.json'), []);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const complete = async (settings: Record<string, string>, simulatorUrl?: string) =>
    completeSettings(settings, {
      ports: await choosePorts(settings, 'usual'),
      secrets,
      brokers: ['127.0.0.1:19092'],
      databaseUrls: { sync: 'postgresql://made/sync' },
      ...(simulatorUrl !== undefined && { simulatorUrl }),
    });

  it('is complete and usable without any setting', async () => {
    const settings = await complete({}, 'http://127.0.0.1:3010');
    expect(() => validate(settings)).not.toThrow();
    expect(settings).toMatchObject({
      GATEWAY_PORT: '3000',
      KAFKA_BROKERS: '127.0.0.1:19092',
      SYNC_DATABASE_URL: 'postgresql://made/sync',
      GOOGLE_API_ROOT_URL: 'http://127.0.0.1:3010/',
      WEBHOOK_PUBLIC_URL: 'http://127.0.0.1:3001/webhooks/google',
    });
  });

  it('is what was set, wherever something was', async () => {
    const set = {
      GATEWAY_PORT: '4000',
      WEBHOOK_PORT: '4001',
      CREDENTIAL_KEYS: 'set',
      CHANNEL_TOKEN_KEYS: 'set',
      GOOGLE_CLIENT_ID: 'set',
      GOOGLE_API_ROOT_URL: 'https://set.example/',
      WEBHOOK_PUBLIC_URL: 'https://set.example/webhooks/google',
      SYNC_DATABASE_URL: 'postgresql://set/sync',
      JWT_KEY: 'set',
      JWT_ISSUER: 'set',
      JWT_AUDIENCE: 'set',
      POLL_MAX_SECONDS: '5',
    };
    expect(await complete(set, 'http://127.0.0.1:3010')).toMatchObject(set);
  });

  it('names the address of the push receiver with the port that it has', async () => {
    const settings = await complete({ WEBHOOK_PORT: '4001' }, 'http://127.0.0.1:3010');
    expect(settings['WEBHOOK_PUBLIC_URL']).toBe('http://127.0.0.1:4001/webhooks/google');
  });

  it("is Google's own addresses and no push without the simulator", async () => {
    const settings = await complete({});
    expect(settings).not.toHaveProperty('GOOGLE_API_ROOT_URL');
    expect(settings).not.toHaveProperty('WEBHOOK_PUBLIC_URL');
  });

  it('adds no key of its own beside a JWKS address', async () => {
    expect(await complete({ JWT_JWKS_URL: 'https://id.example/keys' })).not.toHaveProperty('JWT_KEY');
  });

  it('names the variable of each port', () => {
    expect([portVariable('webhook-ingestion'), portVariable('kafka')]).toEqual(['WEBHOOK_PORT', 'KAFKA_PORT']);
  });

  it('can have ports that nothing listens on, all different', async () => {
    const ports = Object.values(await choosePorts({ SYNC_PORT: '3002' }, 'free'));
    expect(new Set(ports).size).toBe(8);
    expect(ports).toContain(3002);
  });
});

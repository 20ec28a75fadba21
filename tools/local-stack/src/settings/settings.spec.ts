import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, validate } from './settings';

describe('settings of the local stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-settings-'));
  const dotEnv = join(folder, '.env');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('come from .env where the environment does not say otherwise', () => {
    writeFileSync(dotEnv, 'GATEWAY_PORT=4000\nSYNC_PORT=4002\nLOG_LEVEL=\n');
    expect(readSettings({ GATEWAY_PORT: '5000', WEBHOOK_PORT: ' ' }, dotEnv)).toEqual({
      GATEWAY_PORT: '5000',
      SYNC_PORT: '4002',
    });
  });

  it('need no .env', () => {
    expect(readSettings({ SYNC_PORT: '1' }, join(folder, 'absent'))).toEqual({ SYNC_PORT: '1' });
  });

  it.each([
    ['GATEWAY_PORT', 'eighty'],
    ['KAFKA_PORT', '0'],
    ['GOOGLE_API_ROOT_URL', 'www.googleapis.com'],
    ['POSTGRES_URL', 'mysql://root:hunter2@localhost'],
    ['SYNC_DATABASE_URL', 'hunter2'],
    ['CREDENTIAL_KEYS', '1:hunter2'],
    ['CHANNEL_TOKEN_KEYS', 'hunter2'],
    ['JWT_KEY', '"hunter2"'],
    ['KAFKA_BROKERS', 'hunter2'],
    ['POLL_MIN_SECONDS', '1.5'],
  ])('name %s in one line when it is unusable, and never its value', (name, value) => {
    const refusal = () => validate({ [name]: value });
    expect(refusal).toThrow(new RegExp(`^${name} must be [^\n]+$`));
    expect(refusal).not.toThrow(value);
  });

  it('are all named when several are unusable', () => {
    expect(() => validate({ GATEWAY_PORT: 'a', SYNC_PORT: 'b' })).toThrow(/GATEWAY_PORT.*\n.*SYNC_PORT/);
  });

  it('refuse a shortest poll above the longest', () => {
    expect(() => validate({ POLL_MIN_SECONDS: '20', POLL_MAX_SECONDS: '10' })).toThrow('POLL_MIN_SECONDS');
    expect(() => validate({ POLL_MIN_SECONDS: '10', POLL_MAX_SECONDS: '20' })).not.toThrow();
  });

  it('refuse one half of the sealing keys', () => {
    expect(() => validate({ SEALING_PUBLIC_KEY: '{"kty":"EC"}' })).toThrow('SEALING_PRIVATE_KEYS');
  });

  it('accept what the stack itself makes', () => {
    const key = Buffer.alloc(32, 7).toString('base64url');
    expect(() =>
      validate({
        CREDENTIAL_KEYS: `1:${key},2:${key}`,
        JWT_KEY: '{"kty":"EC"}',
        KAFKA_BROKERS: 'a.example:9092, b.example:9092',
        POSTGRES_URL: 'postgresql://postgres@127.0.0.1/postgres',
      }),
    ).not.toThrow();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsIn, IsOptional } from 'class-validator';
import { ConfigError, loadConfig } from './load-config';
import { ServiceConfig } from './service-config';
import {
  BooleanSetting,
  JsonFileSetting,
  JsonSetting,
  TextSetting,
  UrlSetting,
  VersionedKeysSetting,
} from './settings';

class ExampleConfig extends ServiceConfig {
  @VersionedKeysSetting()
  CHANNEL_TOKEN_KEYS: ReadonlyMap<number, Buffer>;

  @UrlSetting({ optional: true })
  PUBLIC_URL?: string;

  @JsonSetting('must be a JSON array of texts', (value): value is string[] => Array.isArray(value))
  LANGUAGES: string[];

  @BooleanSetting({ default: false })
  DEMO: boolean;

  @TextSetting({ optional: true })
  NOTE?: string;

  @IsOptional()
  @IsIn(['a', 'b'])
  PLAIN?: string;
}

const key = Buffer.alloc(32, 7).toString('base64url');
const names = {
  DATABASE_URL: { variable: 'EXAMPLE_DATABASE_URL' },
  PORT: { variable: 'EXAMPLE_PORT', fallback: '3009' },
};
const complete = {
  EXAMPLE_DATABASE_URL: 'postgres://someone@localhost/example',
  KAFKA_BROKERS: 'one:9092, two:9092',
  CHANNEL_TOKEN_KEYS: `1:${key},2:${key}`,
  LANGUAGES: '["de","fr"]',
};
const faultsOf = (environment: Record<string, string>) => {
  try {
    loadConfig(ExampleConfig, environment, names);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('the settings of a service', () => {
  it('are read from their variables, with their defaults', () => {
    const config = loadConfig(ExampleConfig, complete, names);
    expect(config).toBeInstanceOf(ExampleConfig);
    expect(config).toMatchObject({
      DATABASE_URL: 'postgres://someone@localhost/example',
      KAFKA_BROKERS: ['one:9092', 'two:9092'],
      TOPIC_PREFIX: '',
      HOST: '127.0.0.1',
      PORT: 3009,
      LOG_LEVEL: 'info',
      LANGUAGES: ['de', 'fr'],
      DEMO: false,
    });
    expect([...config.CHANNEL_TOKEN_KEYS.keys()]).toEqual([1, 2]);
    expect(config.NOTE).toBeUndefined();
  });

  it('take addresses and networks of proxies', () => {
    const { TRUSTED_PROXIES } = loadConfig(
      ExampleConfig,
      { ...complete, TRUSTED_PROXIES: '10.0.0.0/8, ::1,loopback' },
      names,
    );
    expect(TRUSTED_PROXIES).toEqual(['10.0.0.0/8', '::1', 'loopback']);
  });

  it('take the port from the variable of the service', () => {
    expect(loadConfig(ExampleConfig, { ...complete, EXAMPLE_PORT: '0' }, names).PORT).toBe(0);
  });

  it('hold nothing of the environment that was not asked for', () => {
    const config = loadConfig(ExampleConfig, { ...complete, AWS_SECRET_ACCESS_KEY: 'canary' }, names);
    expect(JSON.stringify(config)).not.toContain('canary');
  });

  it('are all refused at once, each by the name of its variable and with what would be right', () => {
    expect(
      faultsOf({
        PUBLIC_URL: 'ftp://x',
        EXAMPLE_PORT: '70000',
        LOG_LEVEL: 'loud',
        DEMO: 'yes',
        PLAIN: 'c',
        TRUSTED_PROXIES: '10.0.0.0/8, all',
      }),
    ).toEqual(
      expect.arrayContaining([
        'EXAMPLE_DATABASE_URL: is missing: must be a URL that starts with postgres:// or postgresql://',
        'KAFKA_BROKERS: is missing: must be host:port pairs separated by commas',
        expect.stringMatching(/^CHANNEL_TOKEN_KEYS: is missing: must be version:key pairs/),
        'LANGUAGES: is missing: must be a JSON array of texts',
        'PUBLIC_URL: must be a URL that starts with http:// or https://',
        'EXAMPLE_PORT: must be a whole number between 0 and 65535',
        'LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent',
        'DEMO: must be true or false',
        expect.stringMatching(/^TRUSTED_PROXIES: must be addresses, networks/),
        'PLAIN: must be one of the following values: a, b',
      ]),
    );
  });

  it('are never shown in a fault', () => {
    const environment = Object.fromEntries(
      ['EXAMPLE_DATABASE_URL', 'CHANNEL_TOKEN_KEYS', 'LANGUAGES', 'EXAMPLE_PORT', 'PUBLIC_URL', 'PLAIN'].map((name) => [
        name,
        'canary-2b7f',
      ]),
    );
    const faults = faultsOf(environment);
    expect(faults).toHaveLength(7);
    expect(faults.join()).not.toContain('canary');
  });

  describe('that name a file', () => {
    class WithFile {
      @JsonFileSetting(
        'must name a JSON file with numbers',
        (json) => {
          if (!Array.isArray(json)) throw new Error('item 3: must be a number');
          return json as number[];
        },
        { default: [] },
      )
      NUMBERS_FILE: readonly number[];
    }
    const directory = mkdtempSync(join(tmpdir(), 'settings-'));
    afterAll(() => rmSync(directory, { recursive: true }));
    const file = (content: string) => {
      const path = join(directory, 'numbers.json');
      writeFileSync(path, content);
      return path;
    };
    const faultOf = (path: string) => {
      try {
        loadConfig(WithFile, { NUMBERS_FILE: path });
      } catch (error) {
        return (error as ConfigError).message;
      }
      return 'none';
    };

    it('hold what is in it, and need not be there', () => {
      expect(loadConfig(WithFile, { NUMBERS_FILE: file('[1, 2]') }).NUMBERS_FILE).toEqual([1, 2]);
      expect(loadConfig(WithFile, {}).NUMBERS_FILE).toEqual([]);
    });

    it('say in one line what is wrong with it', () => {
      const name = 'NUMBERS_FILE: must name a JSON file with numbers';
      expect(faultOf(file('{}'))).toBe(`${name}: item 3: must be a number`);
      expect(faultOf(file('{'))).toBe(`${name}: what is in it is no JSON`);
      expect(faultOf(join(directory, 'absent.json'))).toBe(`${name}: it could not be read (ENOENT)`);
    });
  });

  it('count as missing when they are blank', () => {
    expect(faultsOf({ ...complete, LANGUAGES: '  ' })).toEqual([
      'LANGUAGES: is missing: must be a JSON array of texts',
    ]);
  });

  it.each(['1:short', `1:${key},1:${key}`, key, `x:${key}`, ''])('refuse the versioned keys %j', (text) => {
    expect(faultsOf({ ...complete, CHANNEL_TOKEN_KEYS: text })).toHaveLength(1);
  });
});

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the person at the terminal can mend; its message is all they need to see. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

type Check = (value: string) => boolean;

const wholeNumber =
  (min: number, max: number): Check =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;

const url =
  (...protocols: string[]): Check =>
  (value) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1));

const versionedKeys: Check = (value) =>
  value.split(',').every((part) => {
    const match = /^\s*\d{1,6}:([A-Za-z0-9_-]+)\s*$/.exec(part);
    return match !== null && Buffer.from(match[1]!, 'base64url').length === 32;
  });

const json =
  (accepts: (parsed: unknown) => boolean): Check =>
  (value) => {
    try {
      return accepts(JSON.parse(value));
    } catch {
      return false;
    }
  };

const isKey = (parsed: unknown) => typeof parsed === 'object' && parsed !== null && 'kty' in parsed;

const port = { check: wholeNumber(1, 65_535), expected: 'must be a port: a whole number between 1 and 65535' };
const http = { check: url('http', 'https'), expected: 'must be a URL that starts with http:// or https://' };
const postgres = {
  check: url('postgres', 'postgresql'),
  expected: 'must be a URL that starts with postgres:// or postgresql://',
};
const seconds = { check: wholeNumber(1, 604_800), expected: 'must be whole seconds between 1 and 604800' };
const keys = {
  check: versionedKeys,
  expected: 'must be version:key pairs separated by commas, each key 32 bytes as base64url (1:<key>,2:<key>)',
};

const checks: Record<string, { check: Check; expected: string }> = {
  GATEWAY_PORT: port,
  WEBHOOK_PORT: port,
  SYNC_PORT: port,
  MEETING_EXTRACTION_PORT: port,
  MONITORING_PORT: port,
  SIMULATOR_PORT: port,
  POSTGRES_PORT: port,
  KAFKA_PORT: port,
  GOOGLE_API_ROOT_URL: http,
  GOOGLE_OAUTH_TOKEN_URL: http,
  GOOGLE_OAUTH_REVOKE_URL: http,
  WEBHOOK_PUBLIC_URL: http,
  JWT_JWKS_URL: http,
  POSTGRES_URL: postgres,
  WEBHOOK_INGESTION_DATABASE_URL: postgres,
  SYNC_DATABASE_URL: postgres,
  MEETING_EXTRACTION_DATABASE_URL: postgres,
  MONITORING_DATABASE_URL: postgres,
  GATEWAY_DATABASE_URL: postgres,
  POLL_MIN_SECONDS: seconds,
  POLL_MAX_SECONDS: seconds,
  CREDENTIAL_KEYS: keys,
  CHANNEL_TOKEN_KEYS: keys,
  KAFKA_BROKERS: {
    check: (value) => value.split(',').every((broker) => /^\s*[^\s:/]+:\d{1,5}\s*$/.test(broker)),
    expected: 'must be host:port pairs separated by commas',
  },
  JWT_KEY: { check: json(isKey), expected: 'must be one key as JSON (a JWK)' },
  SEALING_PUBLIC_KEY: { check: json(isKey), expected: 'must be one public EC P-256 key as JSON (a JWK)' },
  SEALING_PRIVATE_KEYS: {
    check: json((parsed) => Array.isArray(parsed) && parsed.length > 0 && parsed.every(isKey)),
    expected: 'must be a JSON array of private EC P-256 keys (JWKs)',
  },
};

/** Checks every setting that the stack knows. Throws a Refusal with a line for each unusable one; never shows a value. */
export function validate(settings: Environment): void {
  const faults = Object.entries(checks)
    .filter(([name, { check }]) => settings[name] !== undefined && !check(settings[name]))
    .map(([name, { expected }]) => `${name} ${expected}.`);
  if (Number(settings['POLL_MIN_SECONDS'] ?? 1) > Number(settings['POLL_MAX_SECONDS'] ?? 604_800)) {
    faults.push('POLL_MIN_SECONDS must not be above POLL_MAX_SECONDS.');
  }
  if ((settings['SEALING_PUBLIC_KEY'] === undefined) !== (settings['SEALING_PRIVATE_KEYS'] === undefined)) {
    faults.push('SEALING_PUBLIC_KEY and SEALING_PRIVATE_KEYS belong together: set both or neither.');
  }
  if (faults.length > 0) throw new Refusal(faults.join('\n'));
}

/** The environment over the `.env` file; empty settings count as absent. */
export function readSettings(environment: Environment, dotEnvFile: string): Environment {
  return Object.fromEntries(
    Object.entries({ ...readDotEnv(dotEnvFile), ...environment }).filter(
      ([, value]) => value !== undefined && value.trim() !== '',
    ),
  );
}

function readDotEnv(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

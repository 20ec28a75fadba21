import type { JWK } from 'jose';
import { type MeetingService, parseMeetingServices } from '@calendar-sync/meeting-intelligence';
import {
  IntegerSetting,
  JsonFileSetting,
  JsonSetting,
  ListSetting,
  ServiceConfig,
  TextSetting,
  UrlSetting,
} from '@calendar-sync/service-host';

const isJwk = (parsed: unknown): parsed is JWK =>
  typeof parsed === 'object' && parsed !== null && 'kty' in parsed && typeof parsed.kty === 'string';

/** Only what seals; a private key here would be a secret in the wrong service. */
const isPublicEc = (parsed: unknown): parsed is JWK =>
  isJwk(parsed) &&
  parsed.kty === 'EC' &&
  typeof parsed.x === 'string' &&
  typeof parsed.y === 'string' &&
  !('d' in parsed);

export class GatewayConfig extends ServiceConfig {
  @TextSetting()
  JWT_ISSUER: string;

  @TextSetting()
  JWT_AUDIENCE: string;

  @UrlSetting({ optional: true })
  JWT_JWKS_URL?: string;

  @JsonSetting('must be one JSON Web Key', isJwk, { optional: true })
  JWT_KEY?: JWK;

  /** RS256, ES256 and EdDSA, when absent; HS256 with a symmetric JWT_KEY. */
  @ListSetting({ optional: true })
  JWT_ALGORITHMS?: string[];

  @JsonSetting('must be one public EC key as JSON Web Key, without its private part', isPublicEc)
  SEALING_PUBLIC_KEY: JWK;

  /** Requests of one subject, in bursts and on average. */
  @IntegerSetting({ min: 1, default: 3_000 })
  RATE_LIMIT_PER_MINUTE: number;

  /** What a customer's own services look like, from the file that the variable names: as meeting-extraction knows them. */
  @JsonFileSetting('must name a JSON file with meeting services', parseMeetingServices, { default: [] })
  MEETING_SERVICES_FILE: readonly MeetingService[];
}

import { createHash } from 'node:crypto';
import { type Credentials as GoogleTokens, OAuth2Client } from 'google-auth-library';
import { Gaxios } from 'gaxios';
import { AccessRevoked, type Credentials, ProviderUnavailable } from '@calendar-sync/calendar-providers-port';
import { isUnauthenticated } from '../failures';

export interface GoogleEndpoints {
  clientId: string;
  clientSecret: string;
  /** Origin of the API; the path of each call is kept. */
  rootUrl: string;
  tokenUrl: string;
  revokeUrl: string;
  /** How long a call may take, in milliseconds. */
  timeoutMs: number;
}

const CACHED_GRANTS = 10_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Access tokens by grant: fetched when needed, kept in memory until they end, one refresh at a time per grant. */
export class GoogleAccess {
  private readonly clients = new Map<string, OAuth2Client>();
  private readonly transporter: Gaxios;

  constructor(private readonly endpoints: GoogleEndpoints) {
    // maxContentLength looks at the header alone, which tells the packed length; size counts what is read.
    const limits = { maxContentLength: LARGEST_ANSWER, size: LARGEST_ANSWER };
    this.transporter = new Gaxios({ timeout: endpoints.timeoutMs, ...limits });
    // The engine owns the retry policy; the client's own would multiply its delays.
    this.transporter.interceptors.request.add({
      resolved: async (request) => {
        delete request.retryConfig;
        request.retry = false;
        return request;
      },
    });
  }

  /** Runs a call with an access token of the grant; refreshes once when Google no longer accepts the one at hand. */
  async as<Answer>(credentials: Credentials, call: (auth: OAuth2Client) => Promise<Answer>): Promise<Answer> {
    const client = this.client(credentials);
    try {
      return await call(client);
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
      client.setCredentials({ refresh_token: credentials.refreshToken });
      try {
        return await call(client);
      } catch (again) {
        if (isUnauthenticated(again)) throw new AccessRevoked('401 with a fresh access token');
        throw again;
      }
    }
  }

  /** A fresh answer of the token endpoint: it tells the scopes that were really granted, and who it is when `openid` is among them. */
  async tokens(credentials: Credentials): Promise<GoogleTokens> {
    const client = this.client(credentials);
    client.setCredentials({ refresh_token: credentials.refreshToken });
    const { credentials: tokens } = await client.refreshAccessToken();
    if (!tokens.access_token) throw new ProviderUnavailable('the token endpoint answered without a token');
    return tokens;
  }

  async revoke(credentials: Credentials): Promise<void> {
    this.clients.delete(fingerprint(credentials));
    await this.transporter.request({
      url: this.endpoints.revokeUrl,
      method: 'POST',
      data: new URLSearchParams({ token: credentials.refreshToken }),
    });
  }

  private client(credentials: Credentials): OAuth2Client {
    const key = fingerprint(credentials);
    const known = this.clients.get(key);
    if (known !== undefined) {
      this.clients.delete(key);
      this.clients.set(key, known);
      return known;
    }
    const client = new OAuth2Client({
      clientId: this.endpoints.clientId,
      clientSecret: this.endpoints.clientSecret,
      endpoints: { oauth2TokenUrl: this.endpoints.tokenUrl, oauth2RevokeUrl: this.endpoints.revokeUrl },
      transporter: this.transporter,
    });
    client.setCredentials({ refresh_token: credentials.refreshToken });
    this.clients.set(key, client);
    if (this.clients.size > CACHED_GRANTS) this.clients.delete(this.clients.keys().next().value!);
    return client;
  }
}

const fingerprint = ({ refreshToken }: Credentials) => createHash('sha256').update(refreshToken).digest('base64url');

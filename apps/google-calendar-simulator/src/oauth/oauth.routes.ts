import { createHash, createHmac } from 'node:crypto';
import { invalidCredentials } from '../http/api-error';
import type { Call, Reply, Router } from '../http/router';
import type { Clock } from '../journal/clock';
import type { Faults } from '../faults/faults';
import type { Account, Grant } from './account';
import type { Accounts } from './accounts';

export interface OAuthClient {
  id: string;
  secret: string;
}

const refuse = (status: number, error: string, description?: string): Reply => ({
  status,
  json: { error, ...(description !== undefined && { error_description: description }) },
});

const invalidGrant = (): Reply => refuse(400, 'invalid_grant', 'Token has been expired or revoked.');

/** The token endpoint and what lies beside it. https://developers.google.com/identity/protocols/oauth2/web-server */
export class OAuthRoutes {
  constructor(
    private readonly accounts: Accounts,
    private readonly faults: Faults,
    private readonly clock: Clock,
    private readonly clients: readonly OAuthClient[],
  ) {}

  register(router: Router): void {
    for (const path of ['/token', '/oauth2/v4/token', '/o/oauth2/token']) {
      router.add('POST', path, 'oauth.token', (call) => this.token(call));
    }
    router.add('POST', '/revoke', 'oauth.revoke', (call) => this.revoke(call));
    router.add('POST', '/o/oauth2/revoke', 'oauth.revoke', (call) => this.revoke(call));
    for (const path of ['/o/oauth2/v2/auth', '/o/oauth2/auth']) {
      router.add('GET', path, 'oauth.authorize', (call) => this.authorize(call));
    }
    for (const path of ['/oauth2/v3/userinfo', '/oauth2/v2/userinfo', '/v1/userinfo']) {
      router.add('GET', path, 'oauth.userinfo', (call) => this.userinfo(call));
    }
    router.add('GET', '/tokeninfo', 'oauth.tokeninfo', (call) => this.tokeninfo(call));
  }

  private token(call: Call): Reply {
    const form = new URLSearchParams(call.body.toString('utf8'));
    const [basicId, basicSecret] = basicCredentials(call.headers['authorization']);
    const clientId = form.get('client_id') ?? basicId;
    const secret = form.get('client_secret') ?? basicSecret;
    if (!this.isClient(clientId, secret)) return refuse(401, 'invalid_client', 'The OAuth client was not found.');
    const grantType = form.get('grant_type');
    if (grantType === 'refresh_token') return this.refresh(form);
    if (grantType === 'authorization_code') return this.exchange(form, clientId ?? '');
    return refuse(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType ?? ''}`);
  }

  private isClient(id: string | undefined, secret: string | undefined): boolean {
    if (id === undefined || id === '') return false;
    if (this.faults.hits('invalidClient', {})) return false;
    return this.clients.length === 0 || this.clients.some((client) => client.id === id && client.secret === secret);
  }

  private refresh(form: URLSearchParams): Reply {
    const grant = this.accounts.liveGrant(form.get('refresh_token') ?? '');
    const account = grant && this.accounts.byEmail(grant.email);
    if (!grant || !account || this.faults.hits('invalidGrant', { account: account.email })) return invalidGrant();
    return this.answer(account, grant, form.get('client_id') ?? '', false);
  }

  private exchange(form: URLSearchParams, clientId: string): Reply {
    const code = this.accounts.takeCode(form.get('code') ?? '');
    const account = code && this.accounts.byEmail(code.email);
    if (!code || !account) return refuse(400, 'invalid_grant', 'Malformed auth code.');
    if (code.redirectUri !== form.get('redirect_uri')) return refuse(400, 'redirect_uri_mismatch', 'Bad Request');
    if (code.challenge !== undefined) {
      const verifier = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (verifier !== code.challenge) return refuse(400, 'invalid_grant', 'Invalid code verifier.');
    }
    return this.answer(account, this.accounts.grant(account, code.scopes), clientId, true);
  }

  private answer(account: Account, grant: Grant, clientId: string, first: boolean): Reply {
    const lifetime = this.faults.value('accessTokenSeconds') ?? 3599;
    const token = this.accounts.issue(grant, lifetime);
    return {
      status: 200,
      json: {
        access_token: token.token,
        expires_in: lifetime,
        ...(first && { refresh_token: grant.refreshToken }),
        scope: grant.scopes.join(' '),
        token_type: 'Bearer',
        ...(grant.scopes.includes('openid') && { id_token: this.idToken(account, clientId) }),
      },
    };
  }

  private idToken(account: Account, clientId: string): string {
    const issued = Math.floor(this.clock.now() / 1000);
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = {
      iss: 'https://accounts.google.com',
      aud: clientId,
      azp: clientId,
      sub: account.sub,
      email: account.email,
      email_verified: true,
      name: account.displayName,
      iat: issued,
      exp: issued + 3600,
    };
    const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${unsigned}.${createHmac('sha256', 'simulator').update(unsigned).digest('base64url')}`;
  }

  private revoke(call: Call): Reply {
    const token = new URLSearchParams(call.body.toString('utf8')).get('token') ?? call.query.get('token') ?? '';
    if (!this.accounts.revoke(token)) return refuse(400, 'invalid_token', 'Token expired or revoked');
    return { status: 200, json: {} };
  }

  /** There is no page: `login_hint` says who consents, else the first account does. */
  private authorize(call: Call): Reply {
    const redirectUri = call.query.get('redirect_uri');
    if (redirectUri === null || !URL.canParse(redirectUri)) return refuse(400, 'redirect_uri_mismatch');
    const target = new URL(redirectUri);
    const state = call.query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    const hint = call.query.get('login_hint');
    const account = hint === null ? this.accounts.all()[0] : this.findByHint(hint);
    if (!account || this.faults.hits('denyConsent', { account: account.email })) {
      target.searchParams.set('error', 'access_denied');
    } else {
      const asked = (call.query.get('scope') ?? '').split(' ').filter(Boolean);
      const scopes = asked.filter((scope) => account.scopes.includes(scope));
      const challenge = call.query.get('code_challenge') ?? undefined;
      const code = this.accounts.openCode({
        email: account.email,
        scopes,
        redirectUri,
        ...(challenge !== undefined && { challenge }),
      });
      target.searchParams.set('code', code);
      target.searchParams.set('scope', scopes.join(' '));
    }
    return { status: 302, headers: { location: target.toString() } };
  }

  private findByHint(hint: string): Account | undefined {
    return this.accounts.byEmail(hint) ?? this.accounts.all().find((account) => account.sub === hint);
  }

  private userinfo(call: Call): Reply {
    const { account, token } = this.accounts.authenticate(call.headers['authorization']);
    if (!token.scopes.includes('openid')) throw invalidCredentials();
    return {
      status: 200,
      json: { sub: account.sub, name: account.displayName, email: account.email, email_verified: true },
    };
  }

  private tokeninfo(call: Call): Reply {
    const bearer = call.query.get('access_token') ?? '';
    try {
      const { account, token } = this.accounts.authenticate(`Bearer ${bearer}`);
      const left = Math.floor((token.expiresAt - this.clock.now()) / 1000);
      return {
        status: 200,
        json: { sub: account.sub, email: account.email, scope: token.scopes.join(' '), expires_in: String(left) },
      };
    } catch {
      return refuse(400, 'invalid_token', 'Invalid Value');
    }
  }
}

function basicCredentials(header: string | undefined): [id: string | undefined, secret: string | undefined] {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return [undefined, undefined];
  const [id, secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [decodeURIComponent(id ?? ''), decodeURIComponent(secret ?? '')];
}

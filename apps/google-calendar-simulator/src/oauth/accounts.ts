import { invalidCredentials, loginRequired } from '../http/api-error';
import type { Clock } from '../journal/clock';
import type { Identifiers } from '../journal/identifiers';
import type { Collection, Store } from '../journal/store';
import { type AccessToken, type Account, type AuthorizationCode, CALENDAR_SCOPE, type Grant } from './account';

/** At most this many live refresh tokens per account; the oldest dies silently. https://developers.google.com/identity/protocols/oauth2#expiration */
const GRANTS_PER_ACCOUNT = 100;

export class Accounts {
  private readonly accounts: Collection<Account>;
  private readonly grants: Collection<Grant>;
  private readonly tokens: Collection<AccessToken>;
  private readonly codes: Collection<AuthorizationCode>;

  constructor(
    store: Store,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {
    this.accounts = store.collection('account');
    this.grants = store.collection('grant');
    this.tokens = store.collection('access-token');
    this.codes = store.collection('authorization-code');
  }

  all(): Account[] {
    return this.accounts.values();
  }

  byEmail(email: string): Account | undefined {
    return this.accounts.get(email.toLowerCase());
  }

  create(wanted: Partial<Account> & { email: string }): Account {
    const email = wanted.email.toLowerCase();
    return this.accounts.put(email, {
      sub: wanted.sub ?? `1${this.identifiers.digits('sub', 20)}`,
      email,
      displayName: wanted.displayName ?? nameFrom(email),
      timeZone: wanted.timeZone ?? 'UTC',
      scopes: wanted.scopes ?? [CALENDAR_SCOPE, 'openid', 'email', 'profile'],
    });
  }

  /** Other scopes also narrow what was granted before: as when its owner unticks them on the consent page. */
  grantOnly(account: Account, scopes: string[]): Account {
    for (const grant of this.grantsOf(account.email)) this.grants.put(grant.refreshToken, { ...grant, scopes });
    for (const token of this.tokens.values()) if (token.email === account.email) this.tokens.remove(token.token);
    return this.accounts.put(account.email, { ...account, scopes });
  }

  grantsOf(email: string): Grant[] {
    return this.grants.values().filter((grant) => grant.email === email && !grant.revoked);
  }

  grant(account: Account, scopes: readonly string[] = account.scopes): Grant {
    const live = this.grantsOf(account.email);
    const [oldest] = live;
    if (live.length >= GRANTS_PER_ACCOUNT && oldest) this.grants.put(oldest.refreshToken, { ...oldest, revoked: true });
    const refreshToken = `1//sim-${this.identifiers.token('refresh')}`;
    return this.grants.put(refreshToken, {
      refreshToken,
      email: account.email,
      scopes: scopes.filter((scope) => account.scopes.includes(scope)),
      issued: this.clock.now(),
    });
  }

  liveGrant(refreshToken: string): Grant | undefined {
    const grant = this.grants.get(refreshToken);
    return grant && !grant.revoked ? grant : undefined;
  }

  issue(grant: Grant, lifetimeSeconds: number): AccessToken {
    for (const token of this.tokens.values()) {
      if (token.expiresAt < this.clock.now() - 3_600_000) this.tokens.remove(token.token);
    }
    const token = `ya29.sim-${this.identifiers.token('access')}`;
    return this.tokens.put(token, {
      token,
      refreshToken: grant.refreshToken,
      email: grant.email,
      scopes: grant.scopes,
      expiresAt: this.clock.now() + lifetimeSeconds * 1000,
    });
  }

  /** Either kind of token; its whole grant dies with it. False when there is nothing to revoke. */
  revoke(token: string): boolean {
    const refreshToken = this.tokens.get(token)?.refreshToken ?? token;
    const grant = this.liveGrant(refreshToken);
    if (!grant) return false;
    this.grants.put(refreshToken, { ...grant, revoked: true });
    for (const each of this.tokens.values()) if (each.refreshToken === refreshToken) this.tokens.remove(each.token);
    return true;
  }

  openCode(code: Omit<AuthorizationCode, 'code' | 'expiresAt'>): string {
    const name = `4/sim-${this.identifiers.token('code')}`;
    this.codes.put(name, { ...code, code: name, expiresAt: this.clock.now() + 600_000 });
    return name;
  }

  /** Codes are single use. */
  takeCode(name: string): AuthorizationCode | undefined {
    const code = this.codes.get(name);
    if (code) this.codes.remove(name);
    return code && code.expiresAt > this.clock.now() ? code : undefined;
  }

  /** Whose call this is. @throws ApiError 401 */
  authenticate(authorization: string | undefined): { account: Account; token: AccessToken } {
    const [, bearer] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
    if (bearer === undefined) throw loginRequired();
    const token = this.tokens.get(bearer);
    const account = token && this.byEmail(token.email);
    if (!token || !account || token.expiresAt <= this.clock.now()) throw invalidCredentials();
    return { account, token };
  }
}

const nameFrom = (email: string): string =>
  (email.split('@')[0] ?? email)
    .split(/[._-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

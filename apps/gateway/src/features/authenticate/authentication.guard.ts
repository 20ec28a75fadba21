import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '@calendar-sync/service-host';
import type { Caller } from './caller';
import { KeysUnavailable, TokenVerifier, UnacceptableToken } from './token-verifier';

const callers = new WeakMap<FastifyRequest, Caller>();

/** What answers without a token: for probes, for Prometheus, for readers of the documentation. */
const open = /^\/(health\/[a-z]+|metrics|docs(-json|-yaml)?(\/.*)?)$/;

const realm = 'Bearer realm="calendar-sync"';

/** Every route wants a verified token unless it is named as open: a new one is closed by default. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(private readonly verifier: TokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (open.test(request.routeOptions.url ?? '')) return true;
    callers.set(request, await this.callerOf(request.headers.authorization));
    return true;
  }

  private async callerOf(header: string | undefined): Promise<Caller> {
    if (header === undefined) throw unauthenticated(realm, 'send a token: Authorization: Bearer <token>');
    const [, token] = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header) ?? [];
    if (token === undefined) throw refused('invalid_request', 'the header Authorization must be: Bearer <token>');
    try {
      return await this.verifier.verify(token, Date.now());
    } catch (error) {
      if (error instanceof UnacceptableToken) throw refused('invalid_token', error.message);
      if (error instanceof KeysUnavailable)
        throw new Problem(
          503,
          {
            code: 'keys-unavailable',
            detail: "the token can't be checked: its issuer's keys can't be fetched at the moment",
          },
          { 'retry-after': '5' },
        );
      throw error;
    }
  }
}

const unauthenticated = (challenge: string, detail: string) =>
  new Problem(401, { detail }, { 'www-authenticate': challenge });

/** https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const refused = (code: string, detail: string) =>
  unauthenticated(`${realm}, error="${code}", error_description="${detail.replaceAll('"', "'")}"`, detail);

export function callerOfRequest(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw unauthenticated(realm, 'send a token: Authorization: Bearer <token>');
  return caller;
}

/** The authenticated caller of a request: `@AuthenticatedCaller() caller: Caller`. */
export const AuthenticatedCaller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  callerOfRequest(context.switchToHttp().getRequest<FastifyRequest>()),
);

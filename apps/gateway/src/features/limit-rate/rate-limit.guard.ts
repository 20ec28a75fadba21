import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@calendar-sync/service-host';
import { callerOfRequest } from '../authenticate/authentication.guard';
import { TokenBuckets } from './token-buckets';

const limited = /^\/api\//;

/** A limit per subject and process; it comes after authentication, so that nobody can use up another's share. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly buckets: TokenBuckets) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!limited.test(request.routeOptions.url ?? '')) return true;
    const { sub, client } = callerOfRequest(request);
    const { taken, left, retryAfterMs } = this.buckets.take(JSON.stringify([client?.id, sub]), performance.now());
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    reply.header('x-ratelimit-limit', this.buckets.perMinute).header('x-ratelimit-remaining', left);
    if (taken) return true;
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
    throw new Problem(
      429,
      { detail: `at most ${this.buckets.perMinute} requests a minute: try again in ${seconds} s` },
      { 'retry-after': String(seconds) },
    );
  }
}

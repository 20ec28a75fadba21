import { randomUUID } from 'node:crypto';
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { verifyChannelToken } from '@calendar-sync/contracts-webhook-ingestion';
import { currentTraceparent, LOGGER, type Logger, Problem, ServiceMetrics } from '@calendar-sync/service-host';
import type { FastifyRequest } from 'fastify';
import { WebhookIngestionConfig } from '../../webhook-ingestion.config';
import { channelOf, googlePush } from './google-push';
import { PushIntake } from './push-intake';
import { UnverifiedCallers } from './unverified-callers';

@Controller('webhooks')
export class ReceivePushController {
  constructor(
    @Inject(WebhookIngestionConfig) private readonly config: WebhookIngestionConfig,
    @Inject(PushIntake) private readonly intake: PushIntake,
    @Inject(UnverifiedCallers) private readonly unverified: UnverifiedCallers,
    @Inject(ServiceMetrics) private readonly metrics: ServiceMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post('google')
  @HttpCode(200)
  async google(@Req() request: FastifyRequest): Promise<void> {
    const receivedAt = new Date();
    const channel = channelOf(request.headers);
    const calendarId = channel && verifyChannelToken(this.config.CHANNEL_TOKEN_KEYS, channel.channelId, channel.token);
    if (!channel || calendarId === undefined) throw this.refusal(request.ip);
    const push = googlePush(request.headers, {
      notificationId: randomUUID(),
      calendarId,
      channelId: channel.channelId,
      receivedAt: receivedAt.toISOString(),
    });
    try {
      await this.intake.receive(push, currentTraceparent());
    } catch (error) {
      this.metrics.count(...pushes('not-stored'));
      this.logger.error({ error, calendarId }, 'a push could not be stored: its provider is asked to send it again');
      throw new Problem(
        503,
        { detail: 'the notification could not be recorded: send it again' },
        { 'retry-after': '5' },
      );
    }
    const { notificationId, channelId } = push;
    this.logger.debug({ calendarId, notificationId, channelId }, 'a push was stored');
    this.metrics.count(...pushes('stored'));
    this.metrics.stage('push-stored', (Date.now() - receivedAt.getTime()) / 1_000);
  }

  private refusal(address: string): Problem {
    this.metrics.count(...pushes('unverified'));
    const { first, over } = this.unverified.count(address, performance.now());
    if (first) this.logger.warn({ address }, 'a push without a valid channel token');
    return over
      ? new Problem(429, { detail: 'too many pushes without a valid channel token' }, { 'retry-after': '60' })
      : new Problem(404, { detail: 'no such channel' });
  }
}

const pushes = (outcome: string) => ['webhook_pushes_total', 'Pushes by what became of them', { outcome }] as const;

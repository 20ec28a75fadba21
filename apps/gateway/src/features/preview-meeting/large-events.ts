import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export const previewPath = 'api/v1/calendar/meetings/preview';

/** Bytes: an event with a description of a million characters and thousands of guests is taken; no other route needs as much. */
export const largestEvent = 2 * 1_048_576;

export function takeLargeEvents(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (route.url === `/${previewPath}`) route.bodyLimit = largestEvent;
    });
}

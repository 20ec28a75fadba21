import { createHash } from 'node:crypto';
import { channelToken, parseVersionedKeys } from '@calendar-sync/contracts-webhook-ingestion';
import type { Stack } from '@calendar-sync/local-stack';
import { fetchAlone } from './fetch-alone';

/** The same for the same text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Pushes as a provider sends them, for calendars that nobody has: each is stored, published and answered by sync as unknown.
 * Gives the HTTP status, or 0 where nothing answered.
 */
export function pushClient(stack: Stack) {
  const keys = parseVersionedKeys(stack.secrets.channelTokenKeys);
  return async (calendarId: string, channelId: string): Promise<number> => {
    try {
      const answer = await fetchAlone(`${stack.urls['webhook-ingestion']}/webhooks/google`, {
        method: 'POST',
        signal: AbortSignal.timeout(30_000),
        headers: {
          'x-goog-channel-id': channelId,
          'x-goog-channel-token': channelToken(keys, channelId, calendarId),
          'x-goog-message-number': '2',
          'x-goog-resource-id': 'resource-of-nobody',
          'x-goog-resource-state': 'exists',
        },
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  };
}

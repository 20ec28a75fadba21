import type { IncomingHttpHeaders } from 'node:http';
import type { Push } from '../../domain/push-burst.decider';

export interface GoogleChannelHeaders {
  channelId: string;
  token: string;
}

const header = (headers: IncomingHttpHeaders, name: string) => {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** What a push proves itself by, or undefined when it doesn't even try. https://developers.google.com/workspace/calendar/api/guides/push */
export function channelOf(headers: IncomingHttpHeaders): GoogleChannelHeaders | undefined {
  const channelId = header(headers, 'x-goog-channel-id');
  const token = header(headers, 'x-goog-channel-token');
  return channelId === undefined || token === undefined || channelId.length > 64 || token.length > 256
    ? undefined
    : { channelId, token };
}

/** The rest of a verified push. Never refuses: Google doesn't repeat what was refused, and a hint with a field missing is still a hint. */
export function googlePush(
  headers: IncomingHttpHeaders,
  verified: Pick<Push, 'notificationId' | 'calendarId' | 'channelId' | 'receivedAt'>,
): Push {
  const messageNumber = Number(header(headers, 'x-goog-message-number'));
  const expiresAt = new Date(header(headers, 'x-goog-channel-expiration') ?? '');
  return {
    ...verified,
    resourceId: (header(headers, 'x-goog-resource-id') ?? 'unknown').slice(0, 256),
    resourceState: (header(headers, 'x-goog-resource-state') ?? 'exists').slice(0, 64),
    ...(Number.isSafeInteger(messageNumber) && messageNumber > 0 && { messageNumber }),
    ...(!Number.isNaN(expiresAt.getTime()) && { channelExpiresAt: expiresAt.toISOString() }),
  };
}

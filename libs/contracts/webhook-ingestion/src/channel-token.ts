import { createHmac, timingSafeEqual } from 'node:crypto';

/** Versioned HMAC keys, 32 bytes each; the highest version signs, all verify. */
export type ChannelTokenKeys = ReadonlyMap<number, Buffer>;

/** The token to open a watch channel with. It proves itself: whoever receives it needs the key and no table of channels. Under 256 characters, Google's limit. */
export function channelToken(keys: ChannelTokenKeys, channelId: string, calendarId: string): string {
  const version = Math.max(...keys.keys());
  return `v${version}.${calendarId}.${signature(keys.get(version)!, channelId, calendarId).toString('base64url')}`;
}

/** The calendar that a token was made for, or undefined when it doesn't verify for this channel. Constant time. */
export function verifyChannelToken(keys: ChannelTokenKeys, channelId: string, token: string): string | undefined {
  const parts = /^v(\d{1,6})\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(token);
  const key = parts && keys.get(Number(parts[1]));
  if (!parts || !key) return undefined;
  const calendarId = parts[2]!;
  return timingSafeEqual(signature(key, channelId, calendarId), Buffer.from(parts[3]!, 'base64url'))
    ? calendarId
    : undefined;
}

const signature = (key: Buffer, channelId: string, calendarId: string) =>
  createHmac('sha256', key).update(`${channelId}.${calendarId}`).digest();

/** Reads `1:<base64url>,2:<base64url>`. Throws without naming any value. */
export function parseVersionedKeys(setting: string): Map<number, Buffer> {
  const keys = new Map<number, Buffer>();
  for (const part of setting.split(',')) {
    const match = /^\s*(\d{1,6}):([A-Za-z0-9_-]+)\s*$/.exec(part);
    const key = match && Buffer.from(match[2]!, 'base64url');
    if (!match || !key || key.length !== 32)
      throw new Error('must be version:key pairs separated by commas, each key 32 bytes as base64url');
    keys.set(Number(match[1]), key);
  }
  return keys;
}

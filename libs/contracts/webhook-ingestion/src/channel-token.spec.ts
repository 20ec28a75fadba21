import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { channelToken, parseVersionedKeys, verifyChannelToken } from './channel-token';

const keys = new Map([[1, Buffer.alloc(32, 1)]]);
const calendarId = '0b0f2c5e-3f7e-5d0f-9c52-5f5a4b3c2d1e';
const channelId = 'channel-1';
const token = channelToken(keys, channelId, calendarId);

describe('a channel token', () => {
  it('proves for its channel which calendar it is about, whatever key and ids', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uuid(), fc.uuid(), (key, channel, calendar) => {
        const own = new Map([[3, Buffer.from(key)]]);
        expect(verifyChannelToken(own, channel, channelToken(own, channel, calendar))).toBe(calendar);
      }),
    );
  });

  it('is below the 256 characters that Google takes, and always as long', () => {
    expect(token.length).toBe('v1.'.length + 36 + 1 + 43);
    expect(channelToken(keys, 'x'.repeat(64), calendarId)).toHaveLength(token.length);
  });

  it('proves nothing for another channel', () => {
    expect(verifyChannelToken(keys, 'channel-2', token)).toBeUndefined();
  });

  it('proves nothing for another calendar', () => {
    const other = token.replace(calendarId, '0b0f2c5e-3f7e-5d0f-9c52-5f5a4b3c2d1f');
    expect(verifyChannelToken(keys, channelId, other)).toBeUndefined();
  });

  it('proves nothing with any one character changed', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...characters), (index, character) => {
        fc.pre(token[index] !== character);
        const forged = token.slice(0, index) + character + token.slice(index + 1);
        // The last character of 32 bytes in base64url carries two unused bits: another spelling of the same signature is no forgery.
        fc.pre(!Buffer.from(forged.slice(40), 'base64url').equals(Buffer.from(token.slice(40), 'base64url')));
        expect(verifyChannelToken(keys, channelId, forged)).toBeUndefined();
      }),
    );
  });

  it.each([
    '',
    'v1',
    'v1..',
    `v1.${calendarId}.`,
    `v1.${calendarId}.${'A'.repeat(43)}`,
    `v9999999.${calendarId}.x`,
    `${token} `,
    `${token}\n`,
  ])('is not %j', (forged) => {
    expect(verifyChannelToken(keys, channelId, forged)).toBeUndefined();
  });

  it('is not what somebody else signed', () => {
    const theirs = new Map([[1, randomBytes(32)]]);
    expect(verifyChannelToken(keys, channelId, channelToken(theirs, channelId, calendarId))).toBeUndefined();
  });

  it('does not let the channel id run into the calendar id', () => {
    const shifted = channelToken(keys, `${channelId}.x`, calendarId);
    expect(verifyChannelToken(keys, channelId, shifted)).toBeUndefined();
  });

  it('still proves itself after the key was rotated, and new ones are signed with the newest key', () => {
    const rotated = new Map([...keys, [2, Buffer.alloc(32, 2)]]);
    expect(verifyChannelToken(rotated, channelId, token)).toBe(calendarId);
    expect(channelToken(rotated, channelId, calendarId)).toMatch(/^v2\./);
  });

  it('proves nothing once its key is gone', () => {
    expect(verifyChannelToken(new Map([[2, Buffer.alloc(32, 1)]]), channelId, token)).toBeUndefined();
  });
});

describe('a setting with versioned keys', () => {
  const key = Buffer.alloc(32, 9).toString('base64url');

  it('gives each key by its version', () => {
    expect([...parseVersionedKeys(`1:${key}, 2:${key}`).keys()]).toEqual([1, 2]);
  });

  it.each(['', key, `a:${key}`, '1:canary', `1:${key},`])('is refused as %j without showing it', (setting) => {
    expect(() => parseVersionedKeys(setting)).toThrow(/must be version:key pairs/);
    expect(() => parseVersionedKeys(setting)).not.toThrow(/canary/);
  });
});

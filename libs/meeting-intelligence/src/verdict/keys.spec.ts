import { meetingKeyOf } from './keys';

describe('The key of a meeting', () => {
  it('is the UID, also after it was moved', () => {
    expect(meetingKeyOf({ status: 'confirmed', iCalUid: 'a@google.com', start: { date: '2026-11-30' } })).toBe(
      'a@google.com',
    );
    expect(meetingKeyOf({ status: 'confirmed' })).toBeUndefined();
  });

  it('tells instances of a series apart, however their calendars write the same instant', () => {
    const keys = [
      { dateTime: '2026-11-30T10:00:00+01:00', timeZone: 'Europe/Berlin' },
      { dateTime: '2026-11-30T09:00:00Z' },
      { dateTime: '2026-11-30T09:00:00.000Z' },
      { dateTime: '2026-11-30T10:00:00', timeZone: 'Europe/Berlin' },
      { dateTime: '2026-11-30T04:00:00', timeZone: 'America/New_York' },
    ].map((originalStart) => meetingKeyOf({ status: 'confirmed', iCalUid: 'a@google.com', originalStart }));
    expect(new Set(keys)).toEqual(new Set(['a@google.com@2026-11-30T09:00:00Z']));
    expect(meetingKeyOf({ status: 'confirmed', iCalUid: 'a', originalStart: { date: '2026-11-30' } })).toBe(
      'a@2026-11-30',
    );
  });

  it('is the same for an instance that Outlook named with its date in the UID', () => {
    const prefix = '040000008200E00074C5B7101A82E008';
    const rest = 'B0A1C2D3E4F50000000000000000100000001234567890';
    const key = (date: string) => meetingKeyOf({ status: 'confirmed', iCalUid: `${prefix}${date}${rest}` });
    expect(key('07EA0B1E')).toBe(key('00000000'));
    expect(key('07ea0b1e')).toBe(key('00000000'));
  });
});

import { missingScopes } from './scopes';
import { subjectOf } from './subject';

const scope = (name: string) => `https://www.googleapis.com/auth/${name}`;
const idToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

describe('what a grant allows', () => {
  test('the smallest pair of read scopes is enough', () => {
    expect(missingScopes([scope('calendar.events.readonly'), scope('calendar.calendarlist.readonly')])).toEqual([]);
  });

  test('events alone cannot list calendars', () => {
    expect(missingScopes([scope('calendar.events')])).toEqual(['listing calendars']);
  });

  test('a user who unticked everything lacks both', () => {
    expect(missingScopes(['openid'])).toEqual(['reading events', 'listing calendars']);
  });
});

describe('who a grant belongs to', () => {
  test('the subject and the address come from the id token', () => {
    expect(subjectOf(idToken({ sub: '108', email: 'ada@example.com' }))).toEqual({
      sub: '108',
      email: 'ada@example.com',
    });
  });

  test('without openid, or with a broken token, nobody is named', () => {
    expect(subjectOf(undefined)).toBeUndefined();
    expect(subjectOf('a.b.c')).toBeUndefined();
    expect(subjectOf(idToken({ email: 'ada@example.com' }))).toBeUndefined();
  });
});

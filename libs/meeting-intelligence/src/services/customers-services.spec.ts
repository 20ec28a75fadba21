import { assessMeeting } from '../index';
import { InvalidMeetingServices, parseMeetingServices } from './customers-services';

const acme = { provider: 'acme-meet', host: 'meet.acme.example', path: '/room/{meetingId}?pwd={passcode}' };
const refusal = (json: unknown): InvalidMeetingServices => {
  try {
    parseMeetingServices(json);
  } catch (error) {
    return error as InvalidMeetingServices;
  }
  throw new Error('was not refused');
};

describe("A customer's own services", () => {
  const services = parseMeetingServices([
    acme,
    {
      provider: 'jitsi',
      hosts: ['jitsi.acme.example', 'bücher.example'],
      paths: ['/{meetingId}', '/conf/{meetingId:digits(4-6)}'],
    },
  ]);
  const join = (location: string) => {
    const { joinUrl, provider, meetingId, passcode } = assessMeeting({ status: 'confirmed', location }, services);
    return { joinUrl, provider, meetingId, passcode };
  };

  it('are found by host and path, with number and passcode', () => {
    const url = 'https://eu.meet.acme.example/room/board?pwd=s3cret';
    expect(join(url)).toEqual({ joinUrl: url, provider: 'acme-meet', meetingId: 'board', passcode: 's3cret' });
    expect(join('https://meet.acme.example/room/board').meetingId).toBe('board');
    expect(join('https://bücher.example/lesung').provider).toBe('jitsi');
    expect(join('jitsi.acme.example/weekly').joinUrl).toBe('https://jitsi.acme.example/weekly');
    expect(join('https://jitsi.acme.example/conf/12345').meetingId).toBe('12345');
  });

  it('are no door for others', () => {
    for (const link of [
      'https://meet.acme.example/help',
      'https://meet.acme.example.evil.example/room/board',
      'https://evilmeet.acme.example.org/room/board',
      'https://meet.acme.example@evil.example/room/board',
      'https://jitsi.acme.example/conf/12',
    ]) {
      expect(join(link).joinUrl).toBeUndefined();
    }
  });

  it('stand beside the known ones', () => {
    expect(join('https://zoom.us/j/123456789').provider).toBe('zoom');
  });

  it.each([
    ['no list', { services: [acme] }, undefined, undefined, 'must be a list'],
    ['an item that is none', [acme, 'x'], 1, undefined, 'must be an object'],
    ['an unknown field', [{ ...acme, pattern: '.*' }], 0, 'pattern', 'there are provider, host, hosts, path, paths'],
    ['a provider with blanks', [{ ...acme, provider: 'Acme Meet' }], 0, 'provider', '"acme-meet"'],
    ['no host', [{ provider: 'x', path: '/{meetingId}' }], 0, 'host', 'not empty'],
    ['a link for a host', [{ ...acme, host: 'https://meet.acme.example/' }], 0, 'host', 'a host only'],
    ['a star in a host', [{ ...acme, host: '*.acme.example' }], 0, 'host', 'everything below it'],
    ['a host that is everything', [{ ...acme, host: 'example' }], 0, 'host', 'at least one dot'],
    ['a host that is none', [{ ...acme, host: 'a..b' }], 0, 'host', 'host name'],
    ['both ways to name hosts', [{ ...acme, hosts: ['a.example'] }], 0, 'hosts', 'one is enough'],
    [
      'the second of several paths',
      [{ provider: 'x', host: 'a.example', paths: ['/{meetingId}', 'room'] }],
      0,
      'paths[1]',
      'begins with /',
    ],
    ['a path that is every page', [{ ...acme, path: '/room' }], 0, 'path', '{meetingId}'],
    ['an unknown placeholder', [{ ...acme, path: '/room/{id}' }], 0, 'path', '{meetingId} and {passcode}'],
    ['a brace that stays open', [{ ...acme, path: '/room/{meetingId' }], 0, 'path', 'brace'],
    ['a placeholder twice', [{ ...acme, path: '/{meetingId}/{meetingId}' }], 0, 'path', 'once only'],
    ['a regular expression', [{ ...acme, path: '/room/(\\d+)' }], 0, 'path', 'regular expressions'],
    ['a parameter without a name', [{ ...acme, path: '/{meetingId}?{passcode}' }], 0, 'path', 'name=value'],
  ])('are refused with %s: item, field and what would be right', (_name, json, item, field, right) => {
    const { message, ...error } = refusal(json);
    expect(error).toMatchObject({ name: 'InvalidMeetingServices', item, field });
    expect(message).toContain(right);
  });
});

import { serviceIndex } from '../services/service-index';
import { readLink } from './read-link';

const read = (link: string) => {
  const found = readLink(link, serviceIndex(undefined));
  if (!found) return undefined;
  const { url, provider, meetingId, passcode } = found;
  return { url, provider, ...(meetingId && { meetingId }), ...(passcode && { passcode }) };
};

const teamsThread =
  'https://teams.microsoft.com/l/meetup-join/19%3ameeting_Abc%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d';
const safe = (link: string) =>
  `https://eur03.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05&reserved=0`;
const google = (link: string) => `https://www.google.com/url?q=${encodeURIComponent(link)}&sa=D&source=calendar`;

describe('A link to join by', () => {
  it.each([
    ['https://zoom.us/j/123456789', 'zoom', '123456789', undefined],
    ['https://acme-corp.zoom.us/j/12345678901?pwd=aB-c_.1', 'zoom', '12345678901', 'aB-c_.1'],
    ['https://us02web.zoom.us/w/91234567890?tk=x&pwd=secret', 'zoom', '91234567890', 'secret'],
    ['https://zoom.us/j/912%20345%206789', 'zoom', '9123456789', undefined],
    ['https://zoom.us/wc/join/9123456789', 'zoom', '9123456789', undefined],
    ['https://app.zoom.us/wc/9123456789/join', 'zoom', '9123456789', undefined],
    ['https://agency.zoomgov.com/j/1612345678', 'zoom', '1612345678', undefined],
    ['https://zoom.us/my/jane.doe', 'zoom', 'jane.doe', undefined],
    ['https://meet.google.com/abc-defg-hij', 'google-meet', 'abc-defg-hij', undefined],
    ['https://meet.google.com/_meet/abc-defg-hij', 'google-meet', 'abc-defg-hij', undefined],
    ['https://meet.google.com/lookup/xyz', 'google-meet', 'xyz', undefined],
    ['https://g.co/meet/standup', 'google-meet', 'standup', undefined],
    [teamsThread, 'teams', '19:meeting_Abc@thread.v2', undefined],
    ['https://teams.microsoft.com/meet/2345678901234?p=AbCd', 'teams', '2345678901234', 'AbCd'],
    ['https://teams.live.com/meet/9345678901234', 'teams', '9345678901234', undefined],
    ['https://gov.teams.microsoft.us/l/meetup-join/19%3ax/0', 'teams', '19:x', undefined],
    [
      'https://teams.microsoft.com/v2/?meetingjoin=true#/l/meetup-join/19:y@thread.v2/0',
      'teams',
      '19:y@thread.v2',
      undefined,
    ],
    ['https://acme.webex.com/acme/j.php?MTID=m123', 'webex', 'm123', undefined],
    ['https://acme.webex.com/meet/jane', 'webex', 'jane', undefined],
    ['https://acme.webex.com/webappng/sites/acme/meeting/info/abc', 'webex', 'abc', undefined],
  ])('%s', (link, provider, meetingId, passcode) => {
    expect(read(link)).toEqual({
      url: link,
      provider,
      ...(meetingId === undefined ? {} : { meetingId }),
      ...(passcode === undefined ? {} : { passcode }),
    });
  });

  it.each([
    'https://zoom.us.example.com/j/123456789',
    'https://notzoom.us/j/123456789',
    'https://zoom.us@example.com/j/123456789',
    'https://example.com/?next=https://zoom.us/j/123456789',
    'https://zoom.us/rec/share/abc',
    'https://zoom.us/u/abc',
    'https://zoom.us/meeting/register/abc',
    'https://docs.zoom.us/j/123456789',
    'https://zoom.us/j/1234',
    'https://meet.google.com/',
    'https://meet.google.com/new',
    'https://meet.google.com/landing',
    'https://tel.meet/abc-defg-hij?pin=1',
    'https://teams.microsoft.com/l/channel/19%3a/General',
    'https://teams.microsoft.com/l/meeting/new?subject=x',
    'https://teams.microsoft.com/meetingOptions/?organizerId=1',
    'https://aka.ms/JoinTeamsMeeting',
    'https://help.webex.com/meet/jane',
    'https://acme.webex.com/acme/ldr.php?RCID=1',
    'https://acme.webex.com/recordingservice/sites/acme/recording/1',
    'tel:+1-234-567-8900',
    'javascript:alert(1)//zoom.us/j/123456789',
    'https://zoom.us\\@example.com/../j/123456789',
    'https://zoom.us\\j\\123456789',
  ])('is not %s', (link) => {
    expect(read(link)).toBeUndefined();
  });

  it.each([
    ['once by Outlook', safe('https://zoom.us/j/123456789?pwd=a%2Bb'), 'https://zoom.us/j/123456789?pwd=a%2Bb'],
    ['once by Google', google(teamsThread), teamsThread],
    ['by both', google(safe('https://meet.google.com/abc-defg-hij')), 'https://meet.google.com/abc-defg-hij'],
    [
      'by Proofpoint',
      'https://urldefense.proofpoint.com/v2/url?u=https-3A__zoom.us_j_123456789-3Fpwd-3Dx&d=DwMF',
      'https://zoom.us/j/123456789?pwd=x',
    ],
    [
      'by the Teams launcher',
      'https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fmeetup-join%2F19%3Az%2F0&type=meetup-join',
      'https://teams.microsoft.com/l/meetup-join/19:z/0',
    ],
  ])('is found when wrapped %s', (_name, link, expected) => {
    expect(read(link)?.url).toBe(expected);
  });

  it('is not searched for without end in wrappers around wrappers', () => {
    const deep = Array.from({ length: 13 }).reduce<string>((link) => google(link), 'https://zoom.us/j/123456789');
    expect(read(deep)).toBeUndefined();
  });

  it.each([
    ['HTTPS://Meet.Google.COM/abc-defg-hij', 'https://meet.google.com/abc-defg-hij'],
    ['https://zoom.us/j/123456789?pwd=Ab&utm_source=mail#success', 'https://zoom.us/j/123456789?pwd=Ab#success'],
    ['https://meet.google.com/abc-defg-hij?hs=122&authuser=0', 'https://meet.google.com/abc-defg-hij'],
    ['zoommtg://zoom.us/join?action=join&confno=123456789&pwd=x', 'https://zoom.us/j/123456789?pwd=x'],
  ])('is told in one spelling: %s', (link, expected) => {
    expect(read(link)?.url).toBe(expected);
  });
});

import type { Random } from '../journal/random';
import type { JsonObject } from '../http/json-input';

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, (_, index) => random.between(index === 0 ? 1 : 0, 9)).join('');

const letters = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String.fromCharCode(97 + random.between(0, 25))).join('');

const zoom = (random: Random) => `https://us02web.zoom.us/j/${digits(random, 11)}?pwd=${letters(random, 20)}.1`;
const meet = (random: Random) =>
  `https://meet.google.com/${letters(random, 3)}-${letters(random, 4)}-${letters(random, 3)}`;
const teams = (random: Random) =>
  `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${letters(random, 24)}%40thread.v2/0?context=%7b%22Tid%22%3a%22${digits(random, 8)}%22%7d`;
const webex = (random: Random) => `https://example.webex.com/example/j.php?MTID=m${letters(random, 16)}`;

const conference = (type: string, name: string, uri: string): JsonObject => ({
  conferenceData: {
    conferenceId: uri.split('/').at(-1)?.split('?')[0],
    conferenceSolution: { key: { type }, name, iconUri: 'https://lh3.googleusercontent.com/icon' },
    entryPoints: [{ entryPointType: 'video', uri, label: uri.replace('https://', '') }],
    ...(type === 'addOn' && { notes: 'Passcode as in the link' }),
  },
});

const safeLink = (url: string) =>
  `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(url)}&data=05%7C02&reserved=0`;

/** Every place in which a way to join is found, and every service's shape. */
export const JOIN_STYLES: readonly ((random: Random) => JsonObject)[] = [
  (random) => conference('hangoutsMeet', 'Google Meet', meet(random)),
  (random) => conference('addOn', 'Zoom Meeting', zoom(random)),
  (random) => conference('addOn', 'Microsoft Teams Meeting', teams(random)),
  (random) => conference('addOn', 'Webex', webex(random)),
  (random) => ({ location: zoom(random) }),
  (random) => ({ location: `Room 4.12; ${meet(random)}` }),
  (random) => ({ description: `Join Zoom Meeting\n${zoom(random)}\n\nMeeting ID: see link` }),
  (random) => {
    const link = teams(random).replace(/&/g, '&amp;');
    return {
      description: `<p>________</p><p><a href="${link}">Join the meeting now</a></p><p>Dial in: +49 69 000000</p>`,
    };
  },
  (random) => ({
    description: `<html><body>When it's time, <a href="${safeLink(zoom(random)).replace(/&/g, '&amp;')}">join here</a></body></html>`,
  }),
  (random) => ({ description: `Webex: https://www.google.com/url?q=${encodeURIComponent(webex(random))}&sa=D` }),
];

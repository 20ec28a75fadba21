import type { GoogleEvent } from '@calendar-sync/meeting-intelligence';

const person = (name: string, domain: string, more: object = {}) => ({
  email: `${name}@${domain}`,
  displayName: name,
  responseStatus: 'accepted',
  ...more,
});
const us = 'acme.example';
const guests = (count: number, number: number) => [
  person('owner', us, { self: true, responseStatus: number % 5 === 0 ? 'needsAction' : 'accepted' }),
  ...Array.from({ length: count }, (_, index) => person(`guest${index}`, index % 3 === 0 ? 'customer.example' : us)),
];

const sentences = [
  'Agenda: what we did, what is next, what stands in the way.',
  'Please read the document before: https://docs.example.com/d/1AbCdEf/edit?usp=sharing',
  'Notes of last time are in the folder, the figures in the sheet (https://sheets.example.com/s/77).',
  'Bitte bringt eure Fragen mit. Wir fangen pünktlich an.',
  'Who can’t come says so in the channel. Thanks & see you!',
];
/** So many signs of what people write. */
export const prose = (length: number): string => {
  let text = '';
  for (let index = 0; text.length < length; index += 1) text += `${sentences[index % sentences.length]}\n`;
  return text.slice(0, length);
};

const letters = (number: number) =>
  [...String(number).padStart(10, '0')].map((digit) => 'abcdefghij'[Number(digit)]!).join('');
const meetCode = (number: number) => letters(number).replace(/^(...)(....)(...)$/, '$1-$2-$3');

const zoom = (number: number) => {
  const id = String(81_000_000_000 + number);
  const typed = id.replace(/^(...)(....)(....)$/, '$1 $2 $3');
  return `Owner is inviting you to a scheduled Zoom meeting.

Join Zoom Meeting
https://us02web.zoom.us/j/${id}?pwd=Qm9iYWJvYmFib2JhYm9iYQ.1

Meeting ID: ${typed}
Passcode: 482910

---

One tap mobile
+13017158592,,${id}#,,,,*482910# US (Washington DC)
+13126266799,,${id}#,,,,*482910# US (Chicago)

Dial by your location
• +1 301 715 8592 US (Washington DC)
• +1 312 626 6799 US (Chicago)
• +49 69 7104 9922 Germany

Find your local number: https://us02web.zoom.us/u/kdA1b2C3d4
`;
};

const thread = (number: number) =>
  `19%3ameeting_${Buffer.from(String(number)).toString('hex').padEnd(40, 'a')}%40thread.v2`;
const context =
  '%7b%22Tid%22%3a%222d437abc-6094-576a-1635-a83c150a3406%22%2c%22Oid%22%3a%224d0250cd-f27e-28ab-f05c-92ba3c407246%22%7d';
const teams = (number: number) => {
  const link = `https://teams.microsoft.com/l/meetup-join/${thread(number)}/0?context=${context}`;
  const safe = `https://eur03.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&amp;data=05%7C02%7C%7C&amp;sdata=abc%3D&amp;reserved=0`;
  return `<html><body><p>Hi all,</p><p>${prose(300)}</p><br>________________________________<br><div><span style="font-size:24px">Microsoft Teams meeting</span></div>
<div><a href="${safe}" target="_blank"><b>Join the meeting now</b></a></div><div>Meeting ID: <span>278 730 045 381</span></div><div>Passcode: <span>H9TF7c</span></div>
<div>Dial in by phone<br><a href="tel:+493022389000,,577625161#">+49 30 2238 9000,,577625161#</a> Germany, Berlin</div>
<div><a href="https://dialin.teams.microsoft.com/x?id=577625161">Find a local number</a></div><div>Phone conference ID: 577 625 161#</div>
<div>For organizers: <a href="https://teams.microsoft.com/meetingOptions/?organizerId=1">Meeting options</a></div></body></html>`;
};

const meet = (number: number) => {
  const uri = `https://meet.google.com/${meetCode(number)}`;
  return {
    hangoutLink: uri,
    conferenceData: {
      conferenceId: meetCode(number),
      conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet' },
      entryPoints: [
        { entryPointType: 'video', uri, label: uri.slice(8) },
        {
          entryPointType: 'phone',
          uri: 'tel:+1-575-555-0143',
          label: '+1 575-555-0143',
          pin: '264815973',
          regionCode: 'US',
        },
        { entryPointType: 'more', uri: `https://tel.meet/${meetCode(number)}?pin=7730264815973` },
      ],
    },
  };
};

/** What lies in a working calendar: of ten entries three with Meet, two with Zoom, two with Teams, one thread of mails, two without a link. */
const kinds: readonly ((number: number) => GoogleEvent)[] = [
  (number) => ({ summary: 'Weekly sync', attendees: guests(5, number), description: prose(400), ...meet(number) }),
  (number) => ({ summary: '1:1', attendees: guests(1, number), ...meet(number) }),
  (number) => ({
    summary: 'Planning',
    attendees: guests(9, number),
    description: `<p>${prose(600)}</p>`,
    ...meet(number),
  }),
  (number) => ({ summary: 'Customer call', attendees: guests(3, number), description: zoom(number) }),
  (number) => ({
    summary: 'Demo',
    attendees: guests(4, number),
    location: `https://us02web.zoom.us/j/${81_000_000_000 + number}`,
    description: zoom(number),
  }),
  (number) => ({
    summary: 'Review',
    attendees: guests(6, number),
    location: 'Microsoft Teams Meeting',
    description: teams(number),
  }),
  (number) => ({ summary: 'Budget', attendees: guests(12, number), location: 'Room 5', description: teams(number) }),
  (number) => ({
    summary: 'AW: Projekt',
    attendees: guests(2, number),
    description: `Hallo zusammen,\n\nhier der neue Link: https://acme.webex.com/acme/j.php?MTID=m${letters(number)}\n\nViele Grüße\nOwner\n\nVon: Gast <guest0@customer.example>\nGesendet: Montag\n> ${prose(500).replaceAll('\n', '\n> ')}\n> https://acme.webex.com/meet/gast`,
  }),
  () => ({ summary: 'Lunch', start: { dateTime: '2026-11-30T12:00:00Z' } }),
  (number) => ({ summary: 'Send the offer', description: prose(150 + (number % 200)), transparency: 'transparent' }),
];

export const sampleEvents = (count: number): GoogleEvent[] =>
  Array.from({ length: count }, (_, number) => ({
    start: { dateTime: '2026-11-30T09:00:00Z', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2026-11-30T09:30:00Z', timeZone: 'Europe/Berlin' },
    organizer: { email: `owner@${us}`, self: true },
    iCalUID: `${number}@google.com`,
    ...kinds[number % kinds.length]!(number),
  }));

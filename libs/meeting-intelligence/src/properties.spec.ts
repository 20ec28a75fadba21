import fc from 'fast-check';
import { AssessableEntry, assessMeeting, MeetingAssessment } from './index';

const assessed = (more: Partial<AssessableEntry>): MeetingAssessment => assessMeeting({ status: 'confirmed', ...more });
const joinOf = ({ joinUrl, provider, meetingId, passcode }: MeetingAssessment) => ({
  joinUrl,
  provider,
  meetingId,
  passcode,
});

const digits = (least: number, most: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{${least - 1},${most - 1}}$`));
const letters = (count: number) => fc.stringMatching(new RegExp(`^[a-z]{${count}}$`));
const code = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{4,28}[A-Za-z0-9]$/).filter((text) => !text.startsWith('3D'));

/** Links to join by, in the spelling in which they come back. */
const joinLink = fc.oneof(
  fc.tuple(digits(9, 11), code).map(([id, passcode]) => `https://us02web.zoom.us/j/${id}?pwd=${passcode}`),
  digits(9, 11).map((id) => `https://acme.zoom.us/w/${id}`),
  fc.tuple(letters(3), letters(4), letters(3)).map((parts) => `https://meet.google.com/${parts.join('-')}`),
  fc.tuple(digits(13, 13), code).map(([id, passcode]) => `https://teams.microsoft.com/meet/${id}?p=${passcode}`),
  fc
    .tuple(letters(20), letters(8))
    .map(
      ([thread, tenant]) =>
        `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${thread}%40thread.v2/0?context=%7b%22Tid%22%3a%22${tenant}%22%7d`,
    ),
  letters(12).map((id) => `https://acme.webex.com/acme/j.php?MTID=m${id}`),
  letters(9).map((room) => `https://whereby.com/${room}`),
  fc.tuple(letters(6), letters(12)).map(([key, seal]) => `https://facetime.apple.com/join#v=1&p=${key}&k=${seal}`),
  digits(9, 9).map((id) => `https://meet.goto.com/${id}`),
);

const inBase64 = (link: string): string => encodeURIComponent(Buffer.from(link).toString('base64'));
const inProofpoint2 = (link: string): string =>
  encodeURIComponent(link).replaceAll('-', '%2D').replaceAll('_', '%5F').replaceAll('%2F', '_').replaceAll('%', '-');
const inProofpoint3 = (link: string): string => {
  const replaced = [...link].filter((sign) => '#+&*'.includes(sign));
  return `__${link.replace(/[#+&*]/g, '*')}__;${Buffer.from(replaced.join('')).toString('base64url')}`;
};
const wrapper = fc.constantFrom<(link: string) => string>(
  (link) =>
    `https://eur03.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05%7C02&sdata=x%3D&reserved=0`,
  (link) =>
    `https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=${encodeURIComponent(link)}&locale=en`,
  (link) => `https://outlook.office.com/mail/safelink.html?url=${encodeURIComponent(link)}&corid=1`,
  (link) => `https://www.google.com/url?q=${encodeURIComponent(link)}&sa=D&source=calendar&usd=2&usg=AOv`,
  (link) => `https://www.google.de/url?url=${encodeURIComponent(link)}`,
  (link) => `https://urldefense.proofpoint.com/v2/url?u=${inProofpoint2(link)}&d=DwMF&c=x`,
  (link) => `https://urldefense.com/v3/${inProofpoint3(link)}!!Abc!xyz$`,
  (link) => `https://slack-redir.net/link?url=${encodeURIComponent(link)}`,
  (link) => `https://l.facebook.com/l.php?u=${encodeURIComponent(link)}&h=AT0`,
  (link) => `https://www.linkedin.com/redir/redirect?url=${encodeURIComponent(link)}&urlhash=x`,
  (link) => `https://linkprotect.cudasvc.com/url?a=${encodeURIComponent(link)}&c=E,1,x`,
  (link) => `https://secure-web.cisco.com/1Ab_c-d/${encodeURIComponent(link)}`,
  (link) => `https://eu-central-1.protection.sophos.com/?d=zoom.us&u=${inBase64(link)}&i=NQ`,
  (link) => `https://clicktime.symantec.com/3AbC?u=${encodeURIComponent(link)}`,
  (link) => `https://protect2.fireeye.com/v1/url?k=1&q=1&e=2&u=${encodeURIComponent(link)}`,
  (link) => `https://imsva91-ctp.trendmicro.com/wis/clicktime/v1/query?url=${encodeURIComponent(link)}&umid=1&auth=2`,
);

describe('Whatever the link', () => {
  it('any chain of wrappers around it changes nothing', () => {
    fc.assert(
      fc.property(joinLink, fc.array(wrapper, { maxLength: 5 }), (link, wrappers) => {
        const wrapped = wrappers.reduce((inside, wrap) => wrap(inside), link);
        const plain = joinOf(assessed({ location: link }));
        expect(plain.joinUrl).toBe(link);
        expect(joinOf(assessed({ location: wrapped }))).toEqual(plain);
        expect(
          joinOf(assessed({ description: `<p>Join <a href="${wrapped.replaceAll('&', '&amp;')}">here</a></p>` })),
        ).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('a wrapper that is broken never hides the links beside it', () => {
    const broken = fc.constantFrom(
      'https://urldefense.proofpoint.com/v2/url?u=%ZZ-3A__',
      'https://urldefense.com/v3/__https://x*__;!!',
      'https://eur03.safelinks.protection.outlook.com/?url=&data=1',
      'https://eur03.safelinks.protection.outlook.com/?url=%E0%A4%A',
      'https://eu.protection.sophos.com/?u=%%%',
      'https://www.google.com/url?q=javascript%3Aalert(1)',
    );
    fc.assert(
      fc.property(joinLink, broken, (link, other) => {
        expect(assessed({ description: `${other} ${link} ${other}` }).joinUrl).toBe(link);
      }),
    );
  });

  it('text around it changes nothing, in whatever language and markup', () => {
    const words = fc.constantFrom(
      'Hi all,',
      'see you on Monday & Tuesday.',
      'Wir sehen uns um 10 Uhr (MEZ).',
      'À bientôt !',
      '¿Nos vemos el lunes?',
      'Ci vediamo domani…',
      'Até amanhã.',
      'Tot morgen!',
      'Do zobaczenia jutro.',
      'До встречи!',
      'よろしくお願いします。',
      '会議の件です。',
      '各位好，',
      '回头见。',
      '안녕하세요.',
      'مرحبا بالجميع.',
      'שלום לכולם.',
      '<b>Agenda</b>',
      '• point',
      '1) one, two; three',
      '🎉 party',
      'user@example.com',
      'https://docs.example.com/a?b=c',
      '&nbsp;',
      '&lt;3',
      '{"a": [1]}',
    );
    const gap = fc.constantFrom(' ', '\n', '<br>', '\\n', '\r\n', '&nbsp;', '\u3000');
    const text = fc
      .array(
        fc.tuple(words, gap).map((pair) => pair.join('')),
        { maxLength: 6 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(joinLink, text, text, gap, (link, before, after, space) => {
        expect(assessed({ description: `${before}${link}${space}${after}` }).joinUrl).toBe(link);
      }),
      { numRuns: 500 },
    );
  });

  it('what surrounds it in a sentence is no part of it', () => {
    const around = fc.constantFrom(
      ['(', ')'],
      ['<', '>'],
      ['"', '"'],
      ['“', '”.'],
      ['「', '」'],
      ['【', '】'],
      ['**', '**'],
      ['[Join](', ')'],
      ['', ','],
      ['', '.'],
      ['', '!'],
      ['', '。'],
      ['：', '，密码'],
      ['リンクは', 'です'],
      ['Join<', '>'],
      ['`', '`'],
    );
    fc.assert(
      fc.property(joinLink, around, (link, [before, after]) => {
        expect(assessed({ description: `Text ${before}${link}${after} text` }).joinUrl).toBe(link);
      }),
    );
  });
});

describe('A host that only looks like a service', () => {
  const real = fc.constantFrom(
    'zoom.us',
    'us02web.zoom.us',
    'meet.google.com',
    'teams.microsoft.com',
    'acme.webex.com',
    'teams.live.com',
  );
  const path = fc.constantFrom(
    '/j/81234567890?pwd=abc',
    '/abc-defg-hij',
    '/meet/2345678901234?p=abc',
    '/l/meetup-join/19%3ax%40thread.v2/0',
    '/acme/j.php?MTID=m1',
  );
  const homographs: Record<string, string> = { o: 'о', e: 'е', a: 'а', c: 'с', m: 'м', s: 'ѕ', i: 'і', z: 'ᴢ' };
  const lookalike = fc
    .tuple(
      real,
      fc.constantFrom<(host: string) => string>(
        (host) => `${host}.example.com`,
        (host) => `${host}-join.com`,
        (host) => `evil${host.replace(/^(?:us02web|acme|meet)\./, '')}`,
        (host) => `x-${host.replaceAll('.', '-')}.com`,
        (host) => `${host}@example.com`,
        (host) => `${host}:secret@example.com`,
        (host) => `example.com\\@${host}`,
        (host) => `example.com%2f@${host}`,
        (host) => `${host}%2eexample.com`,
        (host) => `${host}\u3002example.com`,
        (host) => host.replace(/[oeacmsiz](?=[^.]*$|[^.]*\.[^.]*$)/, (sign) => homographs[sign]!),
        (host) => `example.com/${host}`,
        (host) => `example.com?x=${host}`,
        (host) => `example.com#${host}`,
        (host) => `user@${host}`,
      ),
    )
    .map(([host, disguise]) => disguise(host));

  it('is never returned, wherever it stands', () => {
    fc.assert(
      fc.property(lookalike, path, fc.constantFrom('https://', 'http://', '', 'HTTPS://'), (host, rest, scheme) => {
        const link = `${scheme}${host}${rest}`;
        const fields: Partial<AssessableEntry>[] = [
          { location: link },
          { description: `Join ${link} now` },
          { description: `<a href="${link}">https://zoom.us/j/81234567890</a>` },
          { description: `[https://zoom.us/j/81234567890](${link})` },
          { title: link },
          { hangoutLink: link },
          { source: { url: link } },
          { location: `https://www.google.com/url?q=${encodeURIComponent(link)}` },
          { conference: { entryPoints: [{ type: 'video', uri: link }] } },
        ];
        for (const field of fields) {
          const hosts = assessed(field).links.map(({ url }) => new URL(url).hostname);
          // A stranger that redirects may be believed, as a conference says so.
          const mayShow = 'conference' in field && host.includes('?x=') ? /^example\.com$/ : /^$/;
          expect(hosts.filter((shown) => !mayShow.test(shown))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is no script either', () => {
    for (const link of [
      'javascript:alert(1)//zoom.us/j/81234567890',
      'data:text/html,zoom.us/j/81234567890',
      'vbscript:zoom.us/j/81234567890',
      'file://zoom.us/j/81234567890',
    ]) {
      for (const field of [
        { location: link },
        { description: `<a href="${link}">x</a>` },
        { hangoutLink: link },
        { conference: { entryPoints: [{ type: 'video', uri: link }] } },
      ]) {
        expect(assessed(field).links).toEqual([]);
      }
    }
  });
});

describe('Whatever the text', () => {
  const pieces = fc.constantFrom(
    'https://zoom.us/j/123456789',
    'zoom.us/j/123456789',
    'https://acme.webex.com/acme/j.php?MTID=',
    'https://whereby.com/',
    'https://teams.live.com/light-meetings/launch?coords=eyJtZWV0aW5nQ29kZSI6IjxiPiJ9',
    '<a href="',
    '">',
    '</a>',
    '<script>alert(1)</script>',
    '<',
    '>',
    '"',
    '&lt;',
    '&amp;quot;',
    '&#60;',
    '?pwd=',
    'Passcode: ',
    '<b>1</b>',
    'Meeting ID: 123 456 789',
    '+1 646 931 3860',
    ',,123#',
    'PIN: ',
    'sip:1@zoomcrc.com',
    '\\n',
    '\n',
    ' ',
    '%',
    '%3C',
    '*',
    '(',
    ')',
    '\u200b',
    '：',
    '=3D',
    '\ud800',
  );
  const wild = fc
    .array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 25 })
    .map((parts) => parts.join(''));

  it('the answer holds no markup, and each link is one of a known host', () => {
    fc.assert(
      fc.property(wild, (text) => {
        const { links, dialIns } = assessed({ title: text, location: text, description: text });
        for (const { url, meetingId = '', passcode = '' } of links) {
          expect(url + meetingId + passcode).not.toMatch(/[<>"\s\u200b]/);
          expect(new URL(url).hostname).toMatch(/(^|\.)(zoom\.us|webex\.com|whereby\.com|teams\.live\.com)$/);
        }
        for (const { uri, number = '', pin = '' } of dialIns) expect(uri + number + pin).not.toMatch(/[<>"\n]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the answer says why, and the same each time', () => {
    fc.assert(
      fc.property(wild, (text) => {
        const once = assessed({ title: text, location: text, description: text });
        expect(once.reasons.length).toBeGreaterThan(0);
        expect(once.links.every(({ why }) => why.length > 0)).toBe(true);
        expect(once.confidence).toBeGreaterThanOrEqual(0);
        expect(once.confidence).toBeLessThanOrEqual(1);
        expect(assessed({ title: text, location: text, description: text })).toEqual(once);
      }),
    );
  });
});

import { AssessableEntry, assessMeeting } from './index';

/** Texts that make careless readers start over again and again. */
const hard = [
  '<a ',
  '<a "',
  '<a href="',
  '<a href="https://zoom.us/j/123456789">',
  '<blockquote>',
  '<s>',
  '<!--',
  '<script>',
  '<',
  '&amp;',
  '&lt;a ',
  '&amp;lt;',
  'https://',
  'https://https://',
  'http://a.b/',
  'https://zoom.us/j/',
  'https://zoom.us/j/123456789 ',
  'https://zoom.us/j/123456789<https://zoom.us/j/123456789>',
  'https://www.google.com/url?q=',
  'https://urldefense.com/v3/__*',
  'zoom.us/',
  'a.',
  'a.b/',
  'a/',
  '/',
  '(',
  ')',
  '[](',
  '~~',
  '~~a',
  '\\n',
  '=3D=\n',
  '=3D',
  '=20',
  '=C3=A4',
  '\\u0026',
  'a~~',
  '<div style="',
  'javascript:',
  '\n-----Original ',
  '\n2026年1月1日 ',
  'Passcode:\n',
  '+1 (',
  'http://[',
  '___https://',
  'a@b.c ',
  'not ',
  'ignore meet zoom ',
  'instead of meet ',
  'https://acme.webex.com/acme/j.php?MTID=m1 1234567890@acme.webex.com ',
  'https://zoom.us/j/1(',
  '<![CDATA[',
  '\n ',
  '\n',
  '\n> ',
  '\nOn 1 ',
  '\nFrom:',
  '\nBest regards',
  'Passcode: ',
  'Passcode ',
  'Meeting ID: 1 ',
  'PIN ',
  '+1 ',
  '+1 646 931 3860 ',
  '1.1.1.1 h323 ',
  'sip:',
  'a@',
  'a@webex.com ',
  'if a ',
  'do not use ',
  '请勿使用',
  'ｚｏｏｍ：／／',
  '\u200b',
  '\ud83d\ude00',
  '%25',
  '-',
  '_',
  '*',
  ' ',
  '\nhttps://zoom.us/j/123456789 Meeting ID: 123 456 789 Passcode: 12 +1 646 931 3860',
];

const entry = (text: string): AssessableEntry => ({
  status: 'confirmed',
  title: text,
  location: text,
  description: text,
  conference: { entryPoints: [{ type: 'video', uri: text }], notes: text },
});
const link = 'https://us02web.zoom.us/j/81234567890';
/** Between two links, so that what stands around links and between them is looked at as well. */
const amid = (text: string): string => `${link} ${text} ${link}`;
const repeated = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length));

/** A sticky pattern does not move on, and none of them has a part that is repeated without a limit. */
const FARTHEST = 200;

/**
 * How many signs of text are looked at: by patterns from where each begins to look to where it finds something, by searches likewise, and
 * by whatever copies a part.
 */
const signsLookedAt = (run: () => void): number => {
  let signs = 0;
  const { exec } = RegExp.prototype;
  const { indexOf, slice, lastIndexOf } = String.prototype;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    const end = this.sticky ? Math.min(from + FARTHEST, text.length) : text.length;
    signs += 1 + (found ? found.index + found[0].length : end) - from;
    return found;
  };
  String.prototype.indexOf = function (this: string, sought: string, from = 0) {
    const at = indexOf.call(this, sought, from);
    signs += 1 + (at < 0 ? this.length : at) - from;
    return at;
  };
  String.prototype.lastIndexOf = function (this: string, sought: string, from = Infinity) {
    const at = lastIndexOf.call(this, sought, from);
    signs += 1 + Math.min(from, this.length) - Math.max(at, 0);
    return at;
  };
  String.prototype.slice = function (this: string, start?: number, end?: number) {
    const part = slice.call(this, start, end);
    signs += 1 + part.length;
    return part;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
    Object.assign(String.prototype, { indexOf, slice, lastIndexOf });
  }
  return signs;
};

describe('A long text', () => {
  it.each(hard)('of %j costs about as many looks a sign as a short one', (piece) => {
    const looks = (length: number) => signsLookedAt(() => assessMeeting(entry(amid(repeated(piece, length))))) / length;
    expect(looks(8_000)).toBeLessThan(looks(2_000) * 1.5 + 20);
  });

  it('of a million signs is read to its end, whatever it is made of', () => {
    for (const piece of hard) {
      const description = amid(repeated(piece, 1_000_000));
      expect(assessMeeting({ status: 'confirmed', description }).nature.size).toBe('solo');
    }
  }, 120_000);

  it('gives the link at its end', () => {
    const lorem = repeated('Lorem ipsum. ', 100_000);
    for (const text of [`${lorem}${link}`, `<p>${lorem}</p><a href="${link}">x</a>`]) {
      expect(assessMeeting({ status: 'confirmed', description: text }).joinUrl).toBe(link);
    }
  });
});

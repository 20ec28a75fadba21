import { decode } from 'html-entities';

const invisible = /[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]/g;
const anyInvisible = new RegExp(invisible.source);

/** Without what nobody sees: zero-width spaces, soft hyphens, marks of direction. */
export const withoutInvisible = (text: string): string =>
  anyInvisible.test(text) ? text.replace(invisible, '') : text;

const mostRounds = 3;

/** Entities decoded, also those that were escaped twice. Without a semicolon `&copy=` is a parameter and no entity. */
export const decodeEntities = (text: string): string => {
  let decoded = text;
  for (let round = 0; round < mostRounds; round += 1) {
    const first = decoded.indexOf('&');
    if (first < 0 || !decoded.includes(';', first)) break;
    const next = decode(decoded, { scope: 'strict' });
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
};

const ofJson: Record<string, string> = { n: '\n', N: '\n', r: '\n', R: '\n', t: ' ', T: ' ' };

/** What iCalendar and JSON leave in a text when they are not read as such: `\n`, `\,`, `\/`, `\u0026`. */
export const withoutBackslashes = (text: string): string =>
  text.includes('\\')
    ? text.replace(
        /\\(?:u00([2-7][0-9a-f])|([nrtNRT])|([,;/"]))/g,
        (_, hex?: string, letter?: string, sign?: string) =>
          hex ? String.fromCharCode(parseInt(hex, 16)) : letter ? ofJson[letter]! : sign!,
      )
    : text;

const FOLDED_AT_LEAST = 72;
const FOLDED_AT_MOST = 76;

/**
 * Lines joined that iCalendar folded: those of about 75 octets whose successor begins with one blank. Others may just be indented.
 * Source: RFC 5545, 3.1.
 */
export const unfolded = (text: string): string => {
  if (!(text.includes('\n ') || text.includes('\n\t')) || !/\n[ \t]\S/.test(text)) return text;
  const lines = text.split('\n');
  let joined = lines[0]!.replace(/\r$/, '');
  let last = joined;
  for (const line of lines.slice(1)) {
    const current = line.endsWith('\r') ? line.slice(0, -1) : line;
    const isFirst = joined.length === last.length;
    const isFolded = /^[ \t]\S/.test(current) && isFull(last, isFirst) && !/\s$/.test(last);
    joined += isFolded ? current.slice(1) : `\n${current}`;
    last = current;
  }
  return joined;
};

/** Of the first line the property's name may be gone; it counts when a link is cut by its end. */
const isFull = (line: string, isFirst: boolean): boolean => {
  if (line.length > FOLDED_AT_MOST) return false;
  const octets = Buffer.byteLength(line);
  if (octets > FOLDED_AT_MOST) return false;
  return octets >= FOLDED_AT_LEAST || (isFirst && octets >= FOLDED_AT_LEAST - 12 && /https?:\/\/\S{8,76}$/i.test(line));
};

const coded = /=[0-9A-F]{2}/;
/** A soft line break, letters beyond ASCII, or blanks and breaks beside an equals sign. */
const surelyQuotedPrintable = (text: string): boolean =>
  /=\r?\n|=(?:C[2-5]|E2=80)=[89AB][0-9A-F]/.test(text) || (text.includes('=3D') && /=(?:20|0A|0D|09)/.test(text));

/** Mail's `=3D` and soft line breaks undone, where there are enough of them to be sure. A lone `=3D` is looked at with its link. */
export const withoutQuotedPrintable = (text: string): string => {
  if (!text.includes('=') || !coded.test(text) || !surelyQuotedPrintable(text)) return text;
  return text
    .replace(/=\r?\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (octets) => Buffer.from(octets.replaceAll('=', ''), 'hex').toString('utf8'));
};

const wide = /[\uff03\uff05\uff06\uff0d-\uff1a\uff1d\uff1f\uff20-\uff3a\uff3f\uff41-\uff5a]/g;
const anyWide = new RegExp(wide.source);
const narrowed = (sign: string): string => String.fromCharCode(sign.charCodeAt(0) - 0xfee0);

/** Letters and the signs of a link as ASCII has them, where somebody's keyboard made them wide. Colon and question mark only inside a link. */
export const withoutWideLetters = (text: string): string => {
  if (!anyWide.test(text)) return text;
  return text.replace(wide, (sign, at: number) => {
    if (sign === '：') return /^(?:\/\/|／／)/.test(text.slice(at + 1, at + 3)) ? ':' : sign;
    if (sign === '？') return /^[\w０-９Ａ-Ｚａ-ｚ]+[=＝]/.test(text.slice(at + 1, at + 20)) ? '?' : sign;
    return narrowed(sign);
  });
};

const unusual = new RegExp(`${invisible.source}|${wide.source}`);
/** Whether the text has signs to be taken out or made narrow, beside those that its entities stand for. */
export const hasUnusualSigns = (text: string): boolean => unusual.test(text);

/** What people read of a text that may have entities and unusual signs. */
export const readable = (text: string): string => {
  const decoded = decodeEntities(text);
  return hasUnusualSigns(decoded) ? withoutWideLetters(withoutInvisible(decoded)) : decoded;
};

import { DialIn } from '../assessment';
import { EntryPoint } from '../entry';
import { Anchor } from '../text/plain-text';
import { SoughtText, soughtInTexts } from '../text/sought-text';
import { WordingPattern } from '../text/wording-pattern';
import { WrittenCode } from './codes';

/** Lines that announce numbers to dial. */
const heading =
  /(?:dial|one tap|access code|zugriffscode|zugangscode|code d[’']accès|código de acceso|codice (?:di|d[’'])? ?accesso|toegangscode|call in|call-in|join by (?:phone|telephone)|by phone|phone number|audio only|toll|conference (?:call|bridge|number)|bridge|einwahl|einwählen|telefon|par téléphone|téléphone|por teléfono|teléfono|telefono|por telefone|telefone|telefonisch|telefonicznie|телефон|電話|ダイヤル|拨号|撥號|电话|電話|一键|전화)/iu;
/** Said of anybody's number: believed where there is a meeting to join as well. */
const weakHeading = /(?:or|to) call|call us|anrufen|bellen|appele[rz]|llam(?:ar|e)|chiamare|ligar|zadzwoń|позвонить/iu;
const phone = soughtInTexts(
  new WordingPattern(
    /(?<![\w+/=.@-]|(?<!tel):)(?:\+|00)\d[\d \u00a0().\/-]{6,22}\d|(?<![\w+/=.:@-])(?:1[ \u00a0.-])?\(?\d{3}\)?[ \u00a0.-]\d{3}[ \u00a0.-]\d{4}(?!\d)/u,
  ),
);
/** What is dialled after the number: `,,123456789#,,,,*654321#`. */
const tones = /^(?:[,;p]+ ?[*#\d]{2,20}#?)+/i;
const pinBehind =
  /^[^\n]{0,60}?(?:pin|zugangscode|access code|code d[’']acc[eè]s|codice|code|kod|senha|passcode|participant|conference id)(?:[ -]?(?:code|number|nummer))?\s?[:：]?\s{0,2}(\d[\d -]{2,16}\d)\s?#?/iu;
const atSystem =
  '@(?:[\\w-]{1,63}\\.){0,3}(?:zoomcrc\\.com|webex\\.com|bjn\\.vc|pexip\\.me|plcm\\.vc|onpexip\\.com|starleaf\\.com|lifesizecloud\\.com|blueJeans\\.com|vidyocloud\\.com|teams\\.bjn\\.vc|gotomeet\\.com|ringcentral\\.com|zoom\\.us|zoomgov\\.com|join\\.8x8\\.vc|join\\.cc|videxio\\.net|call\\.cisco\\.com)(?![\\w-])';
const anySystem = new RegExp(atSystem, 'iu');
const video = new RegExp(`(?<![\\w.%+-]|://[^\\s/@]{0,64})(?:sips?:)?([\\w.%+-]{1,64}${atSystem})`, 'giu');
/** Hosts of which no mail comes: `lena@acme.webex.com` is her room. */
const ofSystems = /@(?:(?!mail\.|e\.|www\.|help\.|support\.)[\w-]+\.webex\.com|t\.plcm\.vc)$/i;
const sipUri = /(?<![\w+.-])sips?:[^\s<>"',;]{3,120}/giu;
const h323Uri = /(?<![\w+.-])h323:[^\s<>"',;]{3,120}/giu;
const address = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?:##(\d{3,15}))?(?![\d.])/gu;
const h323Heading = /h\.?\s?323/iu;

const MOST = 200;
/** So far above a number stands what announces it. */
const REACH = 160;

export const dialInOf = (point: EntryPoint): DialIn | undefined => {
  const { type, uri, label, regionCode, pin, accessCode, passcode, password } = point;
  const kind = type === 'phone' ? 'phone' : /^h323:/i.test(uri) ? 'h323' : type === 'sip' ? 'sip' : undefined;
  if (kind === undefined) return undefined;
  const number = kind === 'phone' ? dialled(uri.replace(/^tel:/i, '').split(/[,;]/, 1)[0]!) : undefined;
  const code = accessCode ?? codeInTones(uri);
  const secret = pin ?? passcode ?? password;
  const dialIn: DialIn = { kind, uri: clean(uri) };
  if (number !== undefined) dialIn.number = number;
  if (secret !== undefined) dialIn.pin = clean(secret);
  if (code !== undefined) dialIn.accessCode = clean(code);
  if (label !== undefined) dialIn.label = clean(label);
  if (regionCode !== undefined) dialIn.regionCode = clean(regionCode);
  return dialIn;
};

const clean = (text: string): string => text.replace(/[<>"\u0000-\u001f]/g, '').trim();

const dialled = (written: string): string | undefined => {
  const digits = written.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15) return undefined;
  const trimmed = written.trim();
  if (trimmed.startsWith('+'))
    return `+${written.includes('(0)') ? digits.replace(/^(\d{1,3})0(?=\d{9,})/, '$1') : digits}`;
  return trimmed.startsWith('00') ? `+${digits.slice(2)}` : digits;
};

const codeInTones = (uri: string): string | undefined => /[,;p]+ ?(\d{3,15})#?/i.exec(uri.replace(/^tel:/i, ''))?.[1];

/** Numbers and addresses that the text tells for joining; a number in somebody's signature is none. Its codes are asked for beside numbers only. */
export const dialInsInText = (
  sought: SoughtText,
  anchors: readonly Anchor[],
  codesOf: () => readonly WrittenCode[],
  hasLink: boolean,
): DialIn[] => {
  const { text } = sought;
  const behindWords = anchors.slice(0, MOST).flatMap(({ target }) => phoneBehindWords(target));
  if (!/[\d@]/.test(text)) return behindWords;
  return [...behindWords, ...phonesIn(sought, codesOf, hasLink), ...systemsIn(text)].slice(0, MOST);
};

/** `<a href="tel:+33…,,887766#">`: a number that goes on with a code is for dialling in. */
const phoneBehindWords = (target: string): DialIn[] => {
  if (/^[a-su-z]/i.test(target)) return [];
  const uri = clean(target);
  const accessCode = /^tel:/i.test(uri) ? codeInTones(uri) : undefined;
  const number = accessCode === undefined ? undefined : dialled(uri.slice('tel:'.length).split(/[,;p]/i, 1)[0]!);
  return number === undefined ? [] : [{ kind: 'phone', uri, number, accessCode: accessCode! }];
};

/** Every number that is looked for has a country's code or ends in four digits. */
const mayHoldPhone = (text: string): boolean => text.includes('+') || text.includes('00') || /\d{4}/.test(text);

const phonesIn = (sought: SoughtText, codesOf: () => readonly WrittenCode[], hasLink: boolean): DialIn[] => {
  const { text } = sought;
  const matches = mayHoldPhone(text) ? sought.matchesOf(phone) : [];
  if (matches.length === 0) return [];
  const codes = codesOf();
  const found: DialIn[] = [];
  const isAnnounced = announcer(text, hasLink);
  const spoken = codes.filter(({ kind }) => kind === 'phoneId');
  let nextSpoken = 0;
  let lastEnd = -1;
  let lastTaken = false;
  for (const [index, match] of matches.entries()) {
    const start = match.index;
    const number = dialled(match[0]);
    if (number === undefined) continue;
    if (found.length === MOST) break;
    const end = start + match[0].length;
    const rest = text.slice(end, end + 90);
    const played = tones.exec(rest)?.[0];
    const pin = played === undefined ? pinBehind.exec(sameOrNextLine(rest))?.[1]?.replace(/\D/g, '') : undefined;
    const goesOn: boolean = lastTaken && start - lastEnd < 60;
    while (nextSpoken < spoken.length && spoken[nextSpoken]!.start < end) nextSpoken += 1;
    // A conference's own code stands below all of its numbers.
    const hasCodeBelow = nextSpoken < spoken.length && spoken[nextSpoken]!.start - end < 120;
    const isTaken: boolean =
      hasCodeBelow ||
      played !== undefined ||
      pin !== undefined ||
      goesOn ||
      beginsList(matches, index) ||
      isAnnounced(start);
    lastTaken = isTaken;
    lastEnd = end;
    if (!isTaken) continue;
    const code = played === undefined ? undefined : codeInTones(played);
    const near = code ?? codeNear(codes, spoken, start);
    const tail = played === undefined ? '' : played.replace(/\s/g, '');
    const entered = pin ?? pinNear(codes, start);
    const dialIn: DialIn = { kind: 'phone', uri: `tel:${number}${tail}`, number };
    if (entered !== undefined) dialIn.pin = entered;
    if (near !== undefined) dialIn.accessCode = near;
    found.push(dialIn);
  }
  return found;
};

/** Three numbers in a row are no contact of anybody. */
const beginsList = (matches: readonly RegExpExecArray[], index: number): boolean => {
  const [first, second, third] = matches.slice(index, index + 3);
  return third !== undefined && second!.index - first!.index < 60 && third.index - second!.index < 60;
};

const ofCode = /^\s*(?:[\p{L}-]{1,14} ){0,2}(?:pin|zugangscode|access code|code|conference id)/iu;

const sameOrNextLine = (rest: string): string => {
  const [line = '', next = ''] = rest.split('\n', 2);
  return ofCode.test(next) ? `${line} ${next}` : line;
};

/** Whether a heading stands in the same line or one of the lines above, at most so many signs away. */
const announcer = (text: string, hasLink: boolean): ((at: number) => boolean) => {
  return (at) => {
    const before = text.slice(Math.max(0, at - REACH), at);
    const paragraph = before.slice(before.lastIndexOf('\n\n') + 1);
    return (
      heading.test(paragraph) ||
      (hasLink && weakHeading.test(paragraph)) ||
      /^[^\n]{0,40}(?:toll|einwahl|dial)/i.test(text.slice(at, at + 60))
    );
  };
};

/** The conference's own number, told once for all telephone numbers. */
const codeNear = (codes: readonly WrittenCode[], spoken: readonly WrittenCode[], at: number): string | undefined => {
  const own = spoken.find(({ start }) => start > at) ?? spoken.at(-1);
  if (own) return own.value;
  const typed = codes.find(({ kind, value, start }) => kind === 'passcode' && /^[\d-]{6,}$/.test(value) && start < at);
  return (
    (typed && at - typed.start < REACH ? typed.value.replace(/\D/g, '') : undefined) ??
    codes.find(({ kind }) => kind === 'meetingId')?.value
  );
};

const pinNear = (codes: readonly WrittenCode[], at: number): string | undefined =>
  codes.find(({ kind, start }) => kind === 'pin' && start > at && start - at < 400)?.value;

const systemsIn = (text: string): DialIn[] => {
  const uris = new Map<string, DialIn>();
  const add = (kind: DialIn['kind'], uri: string, accessCode?: string) =>
    uris.set(uri.toLowerCase(), { kind, uri, ...(accessCode === undefined ? {} : { accessCode }) });
  if (/sips?:/i.test(text)) for (const [uri] of text.matchAll(sipUri)) add('sip', clean(uri).replace(/[.)\]]+$/, ''));
  if (text.includes('@') && anySystem.test(text)) {
    for (const [, account] of text.matchAll(video))
      if (/\d/.test(account!) || ofSystems.test(account!)) add('sip', `sip:${account}`);
  }
  if (text.includes('323') && h323Heading.test(text)) {
    for (const [uri] of text.matchAll(h323Uri)) add('h323', clean(uri).replace(/[.)\]]+$/, ''));
    for (const { 1: host, 2: code } of text.matchAll(address))
      add('h323', `h323:${host}${code ? `##${code}` : ''}`, code);
  }
  return [...uris.values()];
};

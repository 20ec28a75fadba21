import { Anchor, PlainText } from './plain-text';

/** A link as somebody wrote it, and where in the text its words stand. */
export interface WrittenLink {
  /** With a scheme; not looked at otherwise. */
  link: string;
  start: number;
  end: number;
  /** What people see instead, where that is a link as well. */
  shown?: string;
}

/** Schemes that can lead into a meeting. */
const schemes = ['https', 'http', 'zoommtg', 'zoomus', 'msteams'];

/** Of ASCII what ends a link; of the rest see `endsLink`. */
const ending = new Uint8Array(128);
for (let code = 0; code <= 32; code += 1) ending[code] = 1;
for (const sign of '"<>\\^`{|}[]\u007f') ending[sign.charCodeAt(0)] = 1;

const hostSign = new Uint8Array(128);
for (const sign of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-') hostSign[sign.charCodeAt(0)] = 1;

/** Scripts that put no blank between words, so that a link may stand amid them. */
const withoutBlanks =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const neverInLinks = /[\p{Z}\p{C}\p{Pi}\p{Pf}\p{Ps}\p{Pe}\p{So}\p{Sm}\p{Po}—―]/u;
const wordSign = /[\p{L}\p{N}\p{M}_]/u;

/** `https:/`, `htps://`, `https//`: what people type when they mean a link. */
const mistypedScheme = /(?:^|[^\p{L}\p{N}/.])(?:h?t{1,3}ps?|hhtps?|htt?ps?)[:;.]?\/{1,3}$/iu;
/** `//host/…` as pages link each other. */
const withoutScheme = /(?:^|[\s"'(<])\/\/$/;
const scriptScheme = /(?:^|[\s"'(<])(?:javascript|vbscript|data|file|blob|about):\S*$/i;
/** Numbers are typed in groups: `zoom.us/j/123 456 7890`. */
const groupedNumber = /\/[jws]\/\d{2,4}$/;
const restOfNumber = /^ \d{3,4} \d{3,5}(?!\d)/;

/** Blanks, brackets and quotation marks of the text around that were escaped with the link. */
const escapedBlanks = /(?:%20|%09|%0A|%0D|%C2%A0|%E2%80%8B|%EF%BB%BF|%3E|%3C|%22)+$/i;
/** Longer words of an anchor are no link. */
const SHOWN = 2_000;
/** A host has at most so many letters. */
const HOST = 253;

/** The mark at the end of a sentence or of emphasis. A passcode may end in `-` or `_`, so these stay. */
const trailing = new Set('.,;:!?*~\'"&)');

/**
 * Every link of the text in its order: targets of anchors, links with a scheme, and hosts with a path where `isHost` knows the host. Words
 * of an anchor, and words that lead to the link in brackets behind them, are no links of their own: people see them and go elsewhere.
 */
export const writtenLinks = ({ text, anchors }: PlainText, isHost: (host: string) => boolean): WrittenLink[] => {
  const links = new Scan(text, isHost, anchors).links();
  return anchors.length === 0 ? links : [...anchorLinks(anchors, text), ...links].sort((a, b) => a.start - b.start);
};

const anchorLinks = (anchors: readonly Anchor[], text: string): WrittenLink[] =>
  anchors.map(({ target, start, end }) => {
    const words = text.slice(start, Math.min(end, start + SHOWN)).trim();
    return {
      link: /^[a-z][a-z0-9+-]*:/i.test(target) ? target : `https://${target}`,
      start,
      end,
      ...(/^https?:\/\/\S+$/i.test(words) ? { shown: words } : {}),
    };
  });

class Scan {
  private readonly found: WrittenLink[] = [];
  /** Up to here everything belongs to a link or was looked at. */
  private done = 0;
  private nextAnchor = 0;
  /** The last words that lead to the link in brackets behind them. */
  private shown: { link: string; end: number } | undefined;

  constructor(
    private readonly text: string,
    private readonly isHost: (host: string) => boolean,
    private readonly anchors: readonly Anchor[],
  ) {}

  links(): WrittenLink[] {
    const { text } = this;
    let slash = 0;
    while ((slash = text.indexOf('/', Math.max(slash, this.done))) >= 0) {
      const start = this.startOf(slash);
      if (start === undefined || this.inAnchor(start) || this.inScript(start)) {
        slash += 1;
        continue;
      }
      const isBare = text[slash - 1] !== ':';
      const end = this.endOf(start, isBare ? slash + 1 : slash + 2);
      const written = text.slice(start, end).replaceAll(' ', '');
      this.done = Math.max(end, slash + 1);
      const link = isBare ? `https://${written}` : written;
      if (this.leadsElsewhere(end)) {
        this.shown = { link, end };
        continue;
      }
      const isTarget = this.shown !== undefined && start - this.shown.end <= 4;
      this.found.push({ link, start, end, ...(isTarget ? { shown: this.shown!.link } : {}) });
    }
    return this.found;
  }

  /** Where the link begins whose first slash this is. */
  private startOf(slash: number): number | undefined {
    const { text, done } = this;
    if (text[slash - 1] === ':') {
      const isWhole = text[slash + 1] === '/';
      const word = text.slice(Math.max(done, slash - 8), slash - 1).toLowerCase();
      const scheme = schemes.find((each) => word.endsWith(each));
      if (scheme === undefined || (!isWhole && scheme !== 'msteams')) return undefined;
      return slash - 1 - scheme.length;
    }
    let start = slash;
    const first = Math.max(done, slash - HOST);
    while (start > first && hostSign[text.charCodeAt(start - 1)] === 1) start -= 1;
    if (start > 0 && !this.mayPrecede(start)) return undefined;
    while (start < slash && (text[start] === '.' || text[start] === '-')) start += 1;
    if (slash - start < 4 || !text.slice(start, slash).includes('.')) return undefined;
    return this.isHost(text.slice(start, slash).toLowerCase()) ? start : undefined;
  }

  /** Whether a host without a scheme can begin here: not in the middle of an address or of a word with letters that look like others. */
  private mayPrecede(start: number): boolean {
    const before = this.text[start - 1]!;
    if (before === '/') {
      const scheme = this.text.slice(Math.max(0, start - 12), start);
      return mistypedScheme.test(scheme) || withoutScheme.test(scheme);
    }
    if ('@\\%=&?#+'.includes(before)) return false;
    return !wordSign.test(before) || withoutBlanks.test(before);
  }

  private endOf(start: number, from: number): number {
    const { text } = this;
    const { length } = text;
    let at = from;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code < 128) {
        if (ending[code] === 1) {
          if (code === 0x7b && text[at - 1] === '=') {
            const closing = endOfObject(text, at);
            if (closing === undefined) break;
            at = closing;
            continue;
          }
          break;
        }
        if (code === 0x68 || code === 0x48) {
          if (at > from && (text[at + 1] === 't' || text[at + 1] === 'T') && this.beginsAnother(at, start)) break;
        }
        continue;
      }
      if (this.endsAt(at)) break;
    }
    const end = this.trimmed(start, at);
    if (text[end] !== ' ' || !groupedNumber.test(text.slice(Math.max(start, end - 8), end))) return end;
    return end + (restOfNumber.exec(text.slice(end, end + 12))?.[0].length ?? 0);
  }

  /** Signs beyond ASCII: quotation marks and blanks end a link, and so do words of scripts without blanks, unless a part of it begins with them. */
  private endsAt(at: number): boolean {
    const sign = String.fromCodePoint(this.text.codePointAt(at)!);
    if (neverInLinks.test(sign)) return true;
    if (!withoutBlanks.test(sign)) return false;
    const before = this.text[at - 1]!;
    return before !== '/' && before !== '=' && !withoutBlanks.test(before);
  }

  /** `…/123https://…` and `…,https://…` are two links; `…?url=https://…` is one. */
  private beginsAnother(at: number, start: number): boolean {
    const { text } = this;
    if (!/^https?:\/\//i.test(text.slice(at, at + 8))) return false;
    const before = text[at - 1]!;
    return /[\w,;).!~*]/.test(before) && before !== '_' && at - start > 8;
  }

  private trimmed(start: number, end: number): number {
    const { text } = this;
    let last = end;
    let open: number | undefined;
    while (last > start) {
      const sign = text[last - 1]!;
      if (!trailing.has(sign)) break;
      if (sign === ')') {
        open ??= unclosed(text, start, last);
        if (open >= 0) break;
        open += 1;
      }
      last -= 1;
    }
    const blank = text[last - 3] === '%' ? escapedBlanks.exec(text.slice(Math.max(start, last - 36), last)) : null;
    if (blank) last -= blank[0].length;
    if (text.slice(start, last).includes('(') && unclosed(text, start, last) > 0) last = text.lastIndexOf('(', last);
    for (let before = start - 1; text[before] === '_' && text[last - 1] === '_'; before -= 1) last -= 1;
    return last;
  }

  /** `javascript:…//zoom.us/j/1` leads to no meeting, whatever it names. */
  private inScript(start: number): boolean {
    if (start === 0 || /\s/.test(this.text[start - 1]!)) return false;
    return scriptScheme.test(this.text.slice(Math.max(0, start - 60), start));
  }

  private inAnchor(start: number): boolean {
    const { anchors } = this;
    while (this.nextAnchor < anchors.length && anchors[this.nextAnchor]!.end <= start) this.nextAnchor += 1;
    const anchor = anchors[this.nextAnchor];
    return anchor !== undefined && anchor.start <= start;
  }

  /** `shown<https://target>` and `[shown](https://target)`. */
  private leadsElsewhere(end: number): boolean {
    return /^(?:\s?<\s*(?:https?|zoommtg|msteams):|\*{0,2}\]\([^\s)])/i.test(this.text.slice(end, end + 16));
  }
}

/** How many brackets stay open, less those that close without one. */
const unclosed = (text: string, start: number, end: number): number => {
  let open = 0;
  for (let at = start; at < end; at += 1) {
    if (text[at] === '(') open += 1;
    else if (text[at] === ')') open -= 1;
  }
  return open;
};

/** Some write `?context={"Tid":"…"}` as it is. */
const endOfObject = (text: string, open: number): number | undefined => {
  for (let at = open + 1; at < Math.min(text.length, open + 400); at += 1) {
    const sign = text[at]!;
    if (sign === '}') return at;
    if (sign === '\n' || sign === '<' || sign === '{') return undefined;
  }
  return undefined;
};

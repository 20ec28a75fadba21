import {
  decodeEntities,
  hasUnusualSigns,
  readable,
  unfolded,
  withoutBackslashes,
  withoutInvisible,
  withoutQuotedPrintable,
} from './unescape';

export interface Range {
  start: number;
  end: number;
}

/** An anchor of HTML: where it leads, and where its words stand in the text. */
export interface Anchor extends Range {
  target: string;
}

/** A text as people read it, whatever it was written in, with what its markup said. */
export interface PlainText {
  text: string;
  anchors: Anchor[];
  /** Struck out. */
  struck: Range[];
  /** Set apart as somebody else's older words. */
  quoted: Range[];
}

const escapedMarkup = /&(?:amp;)*lt;\/?(?:a|br|p|div|span|b|strong|html|table|ul|ol|li)\b/i;
const markup = /<[a-z!/]/i;

/** Reads plain text, HTML, and either with what calendars and mail leave in it. Takes time in proportion to the length. */
export const plainText = (written: string): PlainText => {
  let source = unfolded(withoutBackslashes(withoutQuotedPrintable(written)));
  if (source.includes('&') && escapedMarkup.test(source)) source = decodeEntities(source);
  const plain =
    source.includes('<') && markup.test(source)
      ? new HtmlReader(source).read()
      : { text: readable(source), anchors: [], struck: [], quoted: [] };
  return plain.text.includes('~~') ? { ...plain, struck: [...plain.struck, ...struckInMarkdown(plain.text)] } : plain;
};

const struckInMarkdown = (text: string): Range[] =>
  [...text.matchAll(/~~[^~\n]{1,2000}~~/g)].map(({ 0: { length }, index }) => ({ start: index, end: index + length }));

/** What a tag means for people who read. */
interface Tag {
  name: string;
  breaksLine?: true;
  /** A cell of a table. */
  parts?: true;
  strikes?: true;
  quotes?: true;
  /** Nobody sees what is in it. */
  isUnread?: true;
}

const tags = new Map<string, Tag>();
const addTags = (names: string, meaning: Omit<Tag, 'name'>): void => {
  for (const name of names.split(' ')) tags.set(name, { name, ...tags.get(name), ...meaning });
};
addTags(
  'br p div li ul ol tr table tbody thead h1 h2 h3 h4 h5 h6 hr blockquote section article header footer pre dl dt dd',
  { breaksLine: true },
);
addTags('td th', { parts: true });
addTags('s strike del', { strikes: true });
addTags('blockquote', { quotes: true });
addTags('style script head title', { isUnread: true });
addTags('a b i u em strong span font img html body', {});

/** As tags are written, mostly in small letters. */
const tagOf = (written: string): Tag => {
  const known = tags.get(written);
  if (known) return known;
  const name = written.toLowerCase();
  return tags.get(name) ?? { name };
};

const officeTag = /^<\/?[a-z]+:[a-z]+[\s/>]/i;
/** Marks text in XML that is none of its markup. */
const CDATA = '<![CDATA[';
/** No name is longer. */
const NAME = 30;

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;

class HtmlReader {
  private readonly pieces: string[] = [];
  private length = 0;
  private readonly result: PlainText = { text: '', anchors: [], struck: [], quoted: [] };
  private anchor: Anchor | undefined;
  private readonly open: { name: string; range: Range; depth: number }[] = [];
  private readonly isUnusual: boolean;

  constructor(private readonly source: string) {
    this.isUnusual = hasUnusualSigns(source);
  }

  read(): PlainText {
    const { source } = this;
    let at = 0;
    let textFrom = 0;
    while ((at = source.indexOf('<', at)) >= 0) {
      const isClosing = source.charCodeAt(at + 1) === SLASH;
      const nameFrom = isClosing ? at + 2 : at + 1;
      const nameEnd = this.endOfName(nameFrom, at + NAME);
      const isNamed = nameEnd > nameFrom;
      if (!isNamed) {
        const begun = source.slice(at, at + NAME);
        if (begun.startsWith(CDATA)) {
          this.add(textFrom, at);
          at = textFrom = at + CDATA.length;
          continue;
        }
        if (!begun.startsWith('<!') && !officeTag.test(begun)) {
          at += 1;
          continue;
        }
      }
      this.add(textFrom, at);
      const start = at;
      at = textFrom = source.startsWith('<!--', start) ? this.after('-->', start) : this.endOfTag(start);
      if (!isNamed) continue;
      const tag = tagOf(source.slice(nameFrom, nameEnd));
      if (isClosing) this.closed(tag);
      else if (tag.isUnread) at = textFrom = this.endOfTag(this.after(`</${tag.name}`, at) - 1);
      else this.opened(tag, start, at);
    }
    this.add(textFrom, source.length);
    this.closeAnchor();
    for (const { range } of this.open) range.end = this.length;
    return { ...this.result, text: this.pieces.join('') };
  }

  /** Behind the letters and digits of a tag's name; `from` where there is none, or where it goes on with other signs. */
  private endOfName(from: number, most: number): number {
    const { source } = this;
    if (!isLetter(source.charCodeAt(from))) return from;
    let end = from + 1;
    for (let code = source.charCodeAt(end); isLetter(code) || isDigit(code); code = source.charCodeAt(end)) end += 1;
    const behind = source.charCodeAt(end);
    const isWhole = end < most && (behind === GREATER || behind === SLASH || /\s/.test(source.charAt(end)));
    return isWhole ? end : from;
  }

  private opened(tag: Tag, start: number, end: number): void {
    const { name } = tag;
    if (tag.breaksLine) this.append('\n');
    else if (tag.parts) this.append(' ');
    const last = this.open.at(-1);
    if (last?.name === name) last.depth += 1;
    const written = end - start === name.length + '<>'.length ? '' : this.source.slice(start, end);
    if (name === 'a') {
      this.closeAnchor();
      const target = hrefOf(written);
      if (target) this.anchor = { target, start: this.length, end: this.length };
    }
    const quotes = tag.quotes || (name === 'div' && /gmail_quote|moz-cite|yahoo_quoted/.test(written));
    const strikes = tag.strikes || (name !== 'a' && /line-through/i.test(written));
    if (!quotes && !strikes) return;
    const range = { start: this.length, end: this.length };
    (quotes ? this.result.quoted : this.result.struck).push(range);
    this.open.push({ name, range, depth: 1 });
  }

  private closed({ name, breaksLine }: Tag): void {
    if (name === 'a') this.closeAnchor();
    if (breaksLine) this.append('\n');
    const last = this.open.at(-1);
    if (last?.name !== name) return;
    last.depth -= 1;
    if (last.depth > 0) return;
    last.range.end = this.length;
    this.open.pop();
  }

  private closeAnchor(): void {
    if (this.anchor) this.result.anchors.push({ ...this.anchor, end: this.length });
    this.anchor = undefined;
  }

  private add(from: number, until: number): void {
    if (from === until) return;
    const text = this.source.slice(from, until);
    this.append(this.isUnusual || text.includes('&') ? readable(text) : text);
  }

  private append(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }

  /** Behind the tag's `>`; a `<` outside of quotation marks ends a tag that was never closed. */
  private endOfTag(start: number): number {
    const { source } = this;
    const { length } = source;
    for (let at = start + 1; at < length; at += 1) {
      const code = source.charCodeAt(at);
      if (code === GREATER) return at + 1;
      if (code === LESS) return at;
      if (code !== EQUALS) continue;
      const mark = source[at + 1];
      const closing = mark === '"' || mark === "'" ? source.indexOf(mark, at + 2) : -1;
      if (closing >= 0) at = closing;
    }
    return source.length;
  }

  /** Behind the sign; the end where it does not come any more. Whoever calls goes on from there, so that nothing is looked at twice. */
  private after(sign: string, from: number): number {
    const at = this.source.indexOf(sign, from);
    return at < 0 ? this.source.length : at + sign.length;
  }
}

const href = /\shref\s*=\s*/i;
/** Where the anchor leads, its entities decoded; undefined where it leads nowhere. */
const hrefOf = (tag: string): string | undefined => {
  const at = href.exec(tag);
  if (!at) return undefined;
  const rest = tag.slice(at.index + at[0].length);
  const mark = rest[0] === '"' || rest[0] === "'" ? rest[0] : undefined;
  const closing = mark === undefined ? rest.search(/[\s>]/) : rest.indexOf(mark, 1);
  const value = rest.slice(mark === undefined ? 0 : 1, closing < 0 ? undefined : closing);
  return withoutInvisible(decodeEntities(value)).trim();
};

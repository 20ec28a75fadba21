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

const lineBreaking = new Set(
  'br p div li ul ol tr table tbody thead h1 h2 h3 h4 h5 h6 hr blockquote section article header footer pre dl dt dd'.split(
    ' ',
  ),
);
const struckOut = new Set(['s', 'strike', 'del']);
const unread = new Set(['style', 'script', 'head', 'title']);
const tagName = /^<(\/?)([a-z][a-z0-9]*)(?=[\s/>])/i;
const officeTag = /^<\/?[a-z]+:[a-z]+[\s/>]/i;
/** Marks text in XML that is none of its markup. */
const CDATA = '<![CDATA[';
/** No name is longer. */
const NAME = 30;

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
      const begun = source.slice(at, at + NAME);
      if (begun.startsWith(CDATA)) {
        this.add(source.slice(textFrom, at));
        at = textFrom = at + CDATA.length;
        continue;
      }
      const [, slash, given] = tagName.exec(begun) ?? [];
      const isComment = begun.startsWith('<!');
      if (given === undefined && !isComment && !officeTag.test(begun)) {
        at += 1;
        continue;
      }
      this.add(source.slice(textFrom, at));
      const end = begun.startsWith('<!--') ? this.after('-->', at) : this.endOfTag(at);
      const tag = source.slice(at, end);
      at = textFrom = end;
      if (given !== undefined) {
        const name = given.toLowerCase();
        if (slash) this.closed(name);
        else if (unread.has(name)) at = textFrom = this.endOfTag(this.after(`</${name}`, at) - 1);
        else this.opened(name, tag);
      }
    }
    this.add(source.slice(textFrom));
    this.closeAnchor();
    for (const { range } of this.open) range.end = this.length;
    return { ...this.result, text: this.pieces.join('') };
  }

  private opened(name: string, tag: string): void {
    if (lineBreaking.has(name)) this.append('\n');
    else if (name === 'td' || name === 'th') this.append(' ');
    if (name === 'a') {
      this.closeAnchor();
      const target = hrefOf(tag);
      if (target) this.anchor = { target, start: this.length, end: this.length };
    }
    const last = this.open.at(-1);
    if (last?.name === name) last.depth += 1;
    if (tag.length === name.length + '<>'.length && !struckOut.has(name) && name !== 'blockquote') return;
    const quotes = name === 'blockquote' || (name === 'div' && /gmail_quote|moz-cite|yahoo_quoted/.test(tag));
    const strikes = struckOut.has(name) || (name !== 'a' && /line-through/i.test(tag));
    if (!quotes && !strikes) return;
    const range = { start: this.length, end: this.length };
    (quotes ? this.result.quoted : this.result.struck).push(range);
    this.open.push({ name, range, depth: 1 });
  }

  private closed(name: string): void {
    if (name === 'a') this.closeAnchor();
    if (lineBreaking.has(name)) this.append('\n');
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

  private add(text: string): void {
    if (text !== '') this.append(this.isUnusual || text.includes('&') ? readable(text) : text);
  }

  private append(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }

  /** Behind the tag's `>`; a `<` outside of quotation marks ends a tag that was never closed. */
  private endOfTag(start: number): number {
    const { source } = this;
    for (let at = start + 1; at < source.length; at += 1) {
      const sign = source[at]!;
      if (sign === '>') return at + 1;
      if (sign === '<') return at;
      if ((sign === '"' || sign === "'") && source[at - 1] === '=') {
        const closing = source.indexOf(sign, at + 1);
        if (closing >= 0) at = closing;
      }
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

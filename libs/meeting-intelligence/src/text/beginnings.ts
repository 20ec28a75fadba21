/**
 * Signs by kind, so that three of them are a number of 15 bits: 0 to 25 are the letters of ASCII in either case. A text's end is of the
 * last kind, too.
 */
export const DIGIT = 26;
const BLANK = 27;
const OTHER = 28;
export const BEYOND_ASCII = 29;
const kinds = new Uint8Array(128).map((_, code) => {
  const sign = String.fromCharCode(code);
  if (/[a-z]/i.test(sign)) return sign.toLowerCase().charCodeAt(0) - 97;
  if (/\d/.test(sign)) return DIGIT;
  return /\s/.test(sign) ? BLANK : OTHER;
});
export const kindOf = (code: number): number => (code < 128 ? kinds[code]! : BEYOND_ASCII);
const kindAt = (text: string, at: number): number => (at < text.length ? kindOf(text.charCodeAt(at)) : BEYOND_ASCII);
/** So many numbers are made of the kinds of three signs. */
export const threeKinds = 1 << 15;
const codeSign = (code: number): string => String.fromCharCode(code);

/** What one sign of a match can be. */
interface Signs {
  /** A bit for each kind. */
  kinds: number;
  /** The signs beyond ASCII. */
  beyond: string;
}
const anySign: Signs = { kinds: -1, beyond: '' };
/** Of a sign that UTF-16 writes in two. */
const secondHalf: Signs = { kinds: 1 << BEYOND_ASCII, beyond: '' };

/** Signs beyond ASCII that `i` takes for ones of ASCII. */
const twins: Record<string, string> = { k: '\u212a', s: '\u017f' };
const literal = (sign: string): Signs => {
  const kind = 1 << kindOf(sign.charCodeAt(0));
  if (sign >= '\u0080') return { kinds: kind, beyond: sign + sign.toLowerCase() + sign.toUpperCase() };
  const twin = twins[sign.toLowerCase()];
  return twin === undefined ? { kinds: kind, beyond: '' } : { kinds: kind | (1 << BEYOND_ASCII), beyond: twin };
};

/** So many signs are looked at before the pattern itself is tried. */
const DEPTH = 3;

/** The first signs of a match; fewer than three where it can end before. */
type Beginning = readonly Signs[];
const nothing: readonly Beginning[] = [[]];

const joined = (heads: readonly Beginning[], tails: readonly Beginning[]): Beginning[] => {
  const all = heads.flatMap((head) =>
    head.length === DEPTH ? [head] : tails.map((tail) => [...head, ...tail].slice(0, DEPTH)),
  );
  return distinct(all);
};

const distinct = (beginnings: readonly Beginning[]): Beginning[] => [
  ...new Map(beginnings.map((each) => [each.map((sign) => `${sign.kinds} ${sign.beyond}`).join(), each])).values(),
];

const ofEscapes: Record<string, Signs> = {
  d: { kinds: 1 << DIGIT, beyond: '' },
  s: {
    kinds: (1 << BLANK) | (1 << BEYOND_ASCII),
    beyond:
      '\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
  },
};

/** Reads of a pattern by which signs its matches begin. What stands around a match without being part of it is left out. */
class PatternReader {
  /** No part is repeated without a limit. */
  isBounded = true;
  private at = 0;

  constructor(private readonly source: string) {}

  read(): Beginning[] {
    const all = this.alternatives();
    if (this.at < this.source.length) throw new Error(`a group is closed twice in ${this.source}`);
    return all;
  }

  private alternatives(): Beginning[] {
    const all = this.sequence();
    while (this.takes('|')) all.push(...this.sequence());
    return distinct(all);
  }

  private sequence(): Beginning[] {
    let read: Beginning[] = [...nothing];
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at]!)) {
      read = joined(read, this.repeated(this.atom()));
    }
    return read;
  }

  private repeated(once: readonly Beginning[]): readonly Beginning[] {
    const [written, least, comma, most] = /^(?:[?*+]|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.at)) ?? [];
    if (written === undefined) return once;
    this.at += written.length;
    if (/^(?:[*+]|\{\d+,\})/.test(written)) this.isBounded = false;
    const needed = least === undefined ? Number(written[0] === '+') : Number(least);
    const allowed = least === undefined ? (written[0] === '?' ? 1 : DEPTH) : comma ? Number(most || DEPTH) : needed;
    let times = nothing;
    const all: Beginning[] = [];
    for (let count = 0; count <= Math.min(allowed, needed + DEPTH); count += 1) {
      if (count >= needed) all.push(...times);
      times = joined(times, once);
    }
    return distinct(all);
  }

  private atom(): readonly Beginning[] {
    if (this.takes('(')) return this.group();
    if (this.takes('^') || this.takes('$')) return nothing;
    const sign = this.takes('[') ? this.oneOf() : this.takes('.') ? anySign : this.sign();
    return sign === anySign ? [[anySign], [anySign, secondHalf]] : [[sign]];
  }

  private group(): readonly Beginning[] {
    const [opening = ''] = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(this.source.slice(this.at)) ?? [];
    this.at += opening.length;
    const inside = this.alternatives();
    if (!this.takes(')')) throw new Error(`a group is not closed in ${this.source}`);
    return /[=!]$/.test(opening) ? nothing : inside;
  }

  private oneOf(): Signs {
    let isAny = this.takes('^');
    const all: Signs[] = [];
    while (!this.takes(']')) {
      const from = this.source[this.at]!;
      isAny ||= /[\ud800-\udfff]/.test(from);
      all.push(this.sign());
      if (this.source[this.at] !== '-' || this.source[this.at + 1] === ']') continue;
      this.at += 1;
      const to = this.source[this.at]!;
      this.sign();
      isAny ||= !/^[a-z\d]{2}$/i.test(from + to);
      for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code += 1) all.push(literal(codeSign(code)));
    }
    if (isAny || all.includes(anySign)) return anySign;
    return {
      kinds: all.reduce((kinds, sign) => kinds | sign.kinds, 0),
      beyond: all.map(({ beyond }) => beyond).join(''),
    };
  }

  private sign(): Signs {
    if (!this.takes('\\')) return literal(this.source[this.at++]!);
    const [escape, hex] = /^(?:u([\da-f]{4})|p\{[^}]+\}|.)/i.exec(this.source.slice(this.at))!;
    this.at += escape.length;
    if (hex !== undefined) return literal(codeSign(parseInt(hex, 16)));
    if (/^[bk\d]$/i.test(escape)) throw new Error(`\\${escape} is not understood in ${this.source}`);
    return ofEscapes[escape] ?? (/^\w/.test(escape) ? anySign : literal(escape));
  }

  private takes(sign: string): boolean {
    if (this.source[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }
}

/**
 * Where in a text a pattern may match, told by three signs: patterns with hundreds of wordings take a hundred times as long to say no. Never
 * says no where the pattern says yes.
 */
export class Beginnings {
  /** A bit for each kind of sign that a match can begin with. */
  private readonly firsts: number;
  /** By the kinds of the first two signs, a bit for each kind of the third. */
  private readonly thirds = new Int32Array(1 << 10);
  /** What a match can begin with that is not ASCII. */
  private readonly beyond = new Set<number>();
  private readonly anyBeyond: boolean;
  /** The pattern has no part that is repeated without a limit. */
  readonly isBounded: boolean;

  constructor(source: string) {
    const reader = new PatternReader(source);
    const beginnings = reader.read();
    this.isBounded = reader.isBounded;
    for (const [first = anySign, second = anySign, third = anySign] of beginnings) {
      for (let one = 0; one <= BEYOND_ASCII; one += 1) {
        if (!((first.kinds >>> one) & 1)) continue;
        for (let two = 0; two <= BEYOND_ASCII; two += 1) {
          if ((second.kinds >>> two) & 1) this.thirds[(one << 5) | two]! |= third.kinds;
        }
      }
      for (let at = 0; at < first.beyond.length; at += 1) this.beyond.add(first.beyond.charCodeAt(at));
    }
    this.firsts = beginnings.reduce((firsts, [first = anySign]) => firsts | first.kinds, 0);
    this.anyBeyond = beginnings.some(([first = anySign]) => first === anySign);
  }

  /** The first place from `from` on; -1 where there is none. `isInWords`: also where a letter or digit of ASCII stands before another one. */
  find(text: string, from: number, isInWords: boolean): number {
    const { firsts } = this;
    const { length } = text;
    let isInWord = from > 0 && kindOf(text.charCodeAt(from - 1)) <= DIGIT;
    for (let at = from; at < length; at += 1) {
      const first = kindOf(text.charCodeAt(at));
      if (first > DIGIT) isInWord = false;
      else if (isInWord && !isInWords) continue;
      else isInWord = true;
      if ((firsts >>> first) & 1 && this.isAt(text, at, first)) return at;
    }
    return -1;
  }

  /** Whether a match may be at this place, where a sign of the kind `first` stands. */
  isAt(text: string, at: number, first = kindAt(text, at)): boolean {
    const third = this.thirds[(first << 5) | kindAt(text, at + 1)]! >>> kindAt(text, at + 2);
    if ((third & 1) === 0) return false;
    return first !== BEYOND_ASCII || this.hasBeyond(text.charCodeAt(at));
  }

  /** Whether a match may be where three signs of these kinds stand. */
  has(kinds: number): boolean {
    return ((this.thirds[kinds >>> 5]! >>> (kinds & 31)) & 1) === 1;
  }

  /** Whether a match may begin with this sign beyond ASCII. */
  hasBeyond(code: number): boolean {
    return this.anyBeyond || this.beyond.has(code);
  }
}

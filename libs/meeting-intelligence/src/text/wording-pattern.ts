import { Beginnings } from './beginnings';

/** A pattern of many wordings, for texts of any length: it is tried only where one of them may begin. */
export class WordingPattern {
  private readonly pattern: RegExp;
  readonly beginnings: Beginnings;

  /**
   * `pattern` matches nothing that begins amid letters and digits of ASCII, unless `isInWords` says so. It has no unbounded parts, as it is
   * tried at many places.
   */
  constructor(
    { source, flags }: RegExp,
    readonly isInWords = false,
  ) {
    this.pattern = new RegExp(source, `${flags}y`);
    this.beginnings = new Beginnings(source);
    if (!this.beginnings.isBounded) throw new Error(`a part is repeated without a limit in ${source}`);
  }

  /** The first match that begins at `from` or behind it. */
  find(text: string, from = 0): RegExpExecArray | null {
    const { pattern, beginnings, isInWords } = this;
    for (let at = from; (at = beginnings.find(text, at, isInWords)) >= 0; at += 1) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found) return found;
    }
    return null;
  }

  get source(): string {
    return this.pattern.source;
  }

  test(text: string): boolean {
    return this.find(text) !== null;
  }

  /** All matches in their order. */
  matchesIn(text: string): RegExpExecArray[] {
    const all: RegExpExecArray[] = [];
    for (let found = this.find(text); found; found = this.find(text, found.index + found[0].length)) all.push(found);
    return all;
  }

  /** The same where the places are known at which one may begin. */
  matchesAt(text: string, places: readonly number[]): RegExpExecArray[] {
    const { pattern } = this;
    const all: RegExpExecArray[] = [];
    let from = 0;
    for (const at of places) {
      if (at < from) continue;
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (!found) continue;
      all.push(found);
      from = at + found[0].length;
    }
    return all;
  }
}

/** A pattern of many wordings with which a text may begin. */
export class OpeningPattern {
  private readonly beginnings: Beginnings;

  constructor(private readonly pattern: RegExp) {
    this.beginnings = new Beginnings(pattern.source);
  }

  test(text: string): boolean {
    return this.beginnings.isAt(text, 0) && this.pattern.test(text);
  }
}

/** The text is not JSON; says where it stops being so. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isBlank = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0xfeff;

/**
 * The values of a JSON text one by one: the items of a list, or the values that follow each other in lines. Holds one value at a time,
 * however long the text is. Throws NotJson.
 */
export async function* jsonValues(chunks: AsyncIterable<string>): AsyncGenerator<unknown> {
  const reader = new ValueReader();
  for await (const chunk of chunks) yield* reader.take(chunk);
  yield* reader.end();
}

class ValueReader {
  private text = '';
  /** Looked at up to here. */
  private at = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private list: 'unknown' | 'open' | 'closed' | 'none' = 'unknown';
  private needsComma = false;
  private afterComma = false;
  private count = 0;

  *take(chunk: string): Generator<unknown> {
    this.text += chunk;
    let start = 0;
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at);
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (code === BACKSLASH) this.escaped = true;
        else if (code === QUOTE) this.inString = false;
        this.at += 1;
        continue;
      }
      const sign = this.text[this.at]!;
      if (this.depth === 0 && this.at === start) {
        if (isBlank(code)) {
          start = this.at += 1;
          continue;
        }
        if (this.list === 'unknown') {
          this.list = sign === '[' ? 'open' : 'none';
          if (sign === '[') {
            start = this.at += 1;
            continue;
          }
        }
        if (this.list === 'closed') throw new NotJson(`something follows the list: ${sign}`);
        if (this.list === 'open' && (sign === ',' || sign === ']')) {
          this.between(sign);
          start = this.at += 1;
          continue;
        }
      }
      const endsScalar =
        this.depth === 0 && (isBlank(code) || (this.list === 'open' && (sign === ',' || sign === ']')));
      if (endsScalar) {
        yield this.value(this.text.slice(start, this.at));
        start = this.at;
        continue;
      }
      if (code === QUOTE) this.inString = true;
      else if (sign === '{' || sign === '[') this.depth += 1;
      else if (sign === '}' || sign === ']') {
        this.depth -= 1;
        if (this.depth <= 0) {
          this.depth = 0;
          this.at += 1;
          yield this.value(this.text.slice(start, this.at));
          start = this.at;
          continue;
        }
      }
      this.at += 1;
    }
    this.text = this.text.slice(start);
    this.at -= start;
  }

  *end(): Generator<unknown> {
    if (this.text.trim() !== '') yield this.value(this.text);
    if (this.list === 'open') throw new NotJson('the list is not closed');
    if (this.list === 'unknown') throw new NotJson('it is empty');
  }

  private between(sign: string): void {
    if (sign === ',') {
      if (!this.needsComma) throw new NotJson(`a value is missing before the comma behind item ${this.count}`);
      this.needsComma = false;
      this.afterComma = true;
      return;
    }
    if (this.afterComma) throw new NotJson('a value is missing between the last comma and the end of the list');
    this.list = 'closed';
  }

  private value(text: string): unknown {
    if (this.list === 'open') {
      if (this.needsComma) throw new NotJson(`a comma is missing behind item ${this.count}`);
      this.needsComma = true;
      this.afterComma = false;
    }
    this.count += 1;
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new NotJson(`item ${this.count}: ${(error as Error).message.replace(/\s+/g, ' ')}`);
    }
  }
}

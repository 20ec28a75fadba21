import { createHash } from 'node:crypto';
import type { Store } from './store';

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** Names that look random, are the same for the same seed and order, and never come twice, also over restarts. */
export class Identifiers {
  constructor(
    private readonly store: Store,
    private readonly seed: number,
  ) {}

  /** Letters that Google allows in event ids: base32hex, lower case. */
  base32hex(kind: string, length: number): string {
    return [...this.digest(kind)]
      .map((byte) => BASE32HEX[byte & 31])
      .join('')
      .slice(0, length);
  }

  token(kind: string): string {
    return this.digest(kind).toString('base64url');
  }

  digits(kind: string, length: number): string {
    return [...this.digest(kind)]
      .map((byte) => byte % 10)
      .join('')
      .slice(0, length)
      .replace(/^0/, '1');
  }

  letters(kind: string, length: number): string {
    return [...this.digest(kind)]
      .map((byte) => String.fromCharCode(97 + (byte % 26)))
      .join('')
      .slice(0, length);
  }

  private digest(kind: string): Buffer {
    return createHash('sha256').update(`${this.seed}:${kind}:${this.store.next()}`).digest();
  }
}

/** The same text always gives the same short opaque name. */
export const opaque = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('base64url').replace(/[-_]/g, 'x').slice(0, length);

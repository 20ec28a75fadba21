// Postgres' jsonb takes neither U+0000 nor half of a surrogate pair, and both arrive in texts that people paste.
const UNSTORABLE = /\\u(0000|d[89a-f][0-9a-f]{2})/i;

/** JSON that jsonb accepts: what it can't hold (U+0000, half a surrogate pair) becomes U+FFFD. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  // Nearly all texts have no such escape, and to look for two characters is much quicker than to try an expression at each.
  return text.includes('\\u') && UNSTORABLE.test(text) ? JSON.stringify(storable(JSON.parse(text))) : text;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, property]) => [storableText(name), storable(property)]));
}

/** A text that Postgres accepts. */
export const storableText = (value: string) => value.toWellFormed().replaceAll('\0', '\uFFFD');

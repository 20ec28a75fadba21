import { isObject, number, text } from '../http/json-input';
import { opaque } from '../journal/identifiers';

/** What a sync token stands for: a position in one account's view of one collection, for one kind of query. */
export interface SyncPosition {
  position: number;
  owner: string;
  collection: string;
  fingerprint: string;
}

/** Where the next page begins, and what the last page's sync token will say. */
export interface PagePosition extends SyncPosition {
  after: string;
  /** Position from which an incremental pull began; absent in a full one. */
  since?: number;
  page: number;
  /** An empty page was already sent here. */
  emptied?: boolean;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64');

function decode(token: string): { [field: string]: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export const fingerprint = (parts: readonly unknown[]): string => opaque(JSON.stringify(parts), 8);

export const syncToken = ({ position, owner, collection, fingerprint: query }: SyncPosition): string =>
  encode({ p: position, o: opaque(owner, 10), c: opaque(collection, 10), f: query });

export function readSyncToken(token: string, expected: Omit<SyncPosition, 'position'>): number | undefined {
  const read = decode(token);
  const position = number(read?.['p']);
  if (read?.['o'] !== opaque(expected.owner, 10) || read['c'] !== opaque(expected.collection, 10)) return undefined;
  return read['f'] === expected.fingerprint ? position : undefined;
}

export const pageToken = (page: PagePosition): string =>
  encode({
    a: page.after,
    p: page.position,
    s: page.since,
    n: page.page,
    e: page.emptied,
    o: opaque(page.owner, 10),
    c: opaque(page.collection, 10),
    f: page.fingerprint,
  });

export function readPageToken(token: string, expected: Omit<SyncPosition, 'position'>): PagePosition | undefined {
  const read = decode(token);
  const after = text(read?.['a']);
  const position = number(read?.['p']);
  if (!read || after === undefined || position === undefined) return undefined;
  if (read['o'] !== opaque(expected.owner, 10) || read['c'] !== opaque(expected.collection, 10)) return undefined;
  if (read['f'] !== expected.fingerprint) return undefined;
  const since = number(read['s']);
  return {
    ...expected,
    after,
    position,
    page: number(read['n']) ?? 1,
    ...(since !== undefined && { since }),
    ...(read['e'] === true && { emptied: true }),
  };
}

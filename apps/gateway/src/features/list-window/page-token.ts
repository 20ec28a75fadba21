import { createHash } from 'node:crypto';
import { Problem } from '@calendar-sync/service-host';
import type { Position } from './window-pages';

/** Where the next page goes on, and what the first one saw of the database. */
export interface PageToken {
  from: number;
  to: number;
  after: Position;
  /** `pg_snapshot` of the first page. */
  seen: string;
}

type Written = [version: 1, question: string, from: number, to: number, startsAt: number, id: string, seen: string];

/** The same question must be asked for every page: owner, calendar, zone. */
const digest = (question: readonly (string | undefined)[]) =>
  createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);

export function writePageToken(
  question: readonly (string | undefined)[],
  { from, to, after, seen }: PageToken,
): string {
  const written: Written = [1, digest(question), from, to, after.startsAt, after.id, seen];
  return Buffer.from(JSON.stringify(written)).toString('base64url');
}

/** Throws a problem that names `pageToken` when it was not made for this question. */
export function readPageToken(question: readonly (string | undefined)[], token: string): PageToken {
  const written = parse(token);
  if (!isWritten(written)) throw unusable('was not given by this API');
  const [, asked, from, to, startsAt, id, seen] = written;
  if (asked !== digest(question))
    throw unusable('belongs to another question: keep every parameter but limit as it was');
  return { from, to, after: { startsAt, id }, seen };
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}

const isWritten = (value: unknown): value is Written =>
  Array.isArray(value) &&
  value.length === 7 &&
  value[0] === 1 &&
  typeof value[1] === 'string' &&
  [2, 3, 4].every((index) => Number.isSafeInteger(value[index])) &&
  typeof value[5] === 'string' &&
  value[5].length <= 200 &&
  typeof value[6] === 'string' &&
  isSnapshot(value[6]);

/** As Postgres writes it: https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT */
function isSnapshot(text: string): boolean {
  const match = /^(\d{1,18}):(\d{1,18}):((?:\d{1,18},)*\d{1,18})?$/.exec(text);
  if (!match) return false;
  const [xmin, xmax] = [BigInt(match[1] ?? 0), BigInt(match[2] ?? 0)];
  const running = match[3]?.split(',').map(BigInt) ?? [];
  return (
    xmin > 0n &&
    xmin <= xmax &&
    running.every((id, index) => id >= xmin && id < xmax && (index === 0 || id > (running[index - 1] ?? 0n)))
  );
}

const unusable = (detail: string) =>
  new Problem(400, {
    code: 'invalid-request',
    detail: `pageToken: ${detail}`,
    errors: [{ field: 'pageToken', detail }],
  });

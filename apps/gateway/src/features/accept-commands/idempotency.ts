import { createHash } from 'node:crypto';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { Problem } from '@calendar-sync/service-host';
import type { Caller } from '../authenticate/caller';
import type { OperationDto } from '../follow-operations/operation.dto';

export interface KeyedRequest {
  caller: Caller;
  route: string;
  key: string;
  /** Everything that makes the request what it is. Only its digest is kept. */
  content: unknown;
}

const subjectOf = ({ sub, client }: Caller) => JSON.stringify([client?.id ?? null, sub]);

const digest = (content: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('base64url');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, property]) => [name, sorted(property)]),
  );
}

/**
 * The first to come takes the key; undefined then. Whoever comes later gets the operation of the first, also one that came at the same
 * moment: it waits for the first one's commit. Throws a problem when the key was used for another request.
 */
export async function takeKey(
  db: Queryable,
  request: KeyedRequest,
  { operationId, ownerId }: { operationId: string; ownerId: string },
): Promise<{ operationId: string; answer: OperationDto } | undefined> {
  const key = [subjectOf(request.caller), request.route, request.key];
  const hash = digest(request.content);
  const { rowCount } = await db.query(
    `INSERT INTO idempotency_keys (subject, route, key, content_hash, operation_id, owner_id) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (subject, route, key) DO UPDATE
     SET content_hash = excluded.content_hash, operation_id = excluded.operation_id, owner_id = excluded.owner_id,
       answer = NULL, created_at = now()
     WHERE idempotency_keys.created_at < now() - interval '24 hours'`,
    [...key, hash, operationId, ownerId],
  );
  if (rowCount > 0) return undefined;
  const { rows } = await db.query<{ content_hash: string; operation_id: string; answer: OperationDto }>(
    'SELECT content_hash, operation_id, answer FROM idempotency_keys WHERE subject = $1 AND route = $2 AND key = $3',
    key,
  );
  const [first] = rows;
  if (first === undefined) throw new Problem(503, { detail: 'try again' }, { 'retry-after': '1' });
  if (first.content_hash !== hash)
    throw new Problem(422, {
      code: 'idempotency-key-reused',
      detail: 'this Idempotency-Key was used for another request within the last 24 hours: take a new one',
    });
  return { operationId: first.operation_id, answer: first.answer };
}

export async function keepAnswer(
  db: Queryable,
  { caller, route, key }: KeyedRequest,
  answer: OperationDto,
): Promise<void> {
  await db.query('UPDATE idempotency_keys SET answer = $4::json WHERE subject = $1 AND route = $2 AND key = $3', [
    subjectOf(caller),
    route,
    key,
    JSON.stringify(answer),
  ]);
}

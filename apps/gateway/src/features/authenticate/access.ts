import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '@calendar-sync/contracts-envelope';
import type { Database, Queryable } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE, Problem } from '@calendar-sync/service-host';
import { type Caller, type Scope, usableId } from './caller';

/** Whose data a caller may see and change. What isn't his is a 404, as if it were not there. */
@Injectable()
export class Access {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** As what the caller acts on the owner's data. Throws a problem: 403 without the scope, 404 for what isn't his. */
  async to(ownerId: string, caller: Caller, scope?: Scope): Promise<Actor> {
    if (!usableId.test(ownerId)) throw notFound();
    if (caller.operator) return { sub: caller.sub, roles: ['operator'] };
    if (scope) this.requireScope(caller, scope);
    if (caller.sub === ownerId) return { sub: caller.sub, roles: ['owner'] };
    if (caller.client && (await clientHasOwner(this.database, caller.client.id, ownerId)))
      return { sub: caller.sub, roles: ['client'] };
    throw notFound();
  }

  requireScope({ client, operator }: Caller, scope: Scope): void {
    if (operator || client === undefined || client.scopes.has(scope)) return;
    // Whoever may change something may see it.
    if (client.scopes.has(scope.replace(':read', ':write'))) return;
    throw new Problem(
      403,
      { code: 'insufficient-scope', detail: `the token lacks the scope ${scope}` },
      { 'www-authenticate': `Bearer realm="calendar-sync", error="insufficient_scope", scope="${scope}"` },
    );
  }
}

export const notFound = (detail = 'there is no such thing, or it is not yours') => new Problem(404, { detail });

export async function clientHasOwner(db: Queryable, clientId: string, ownerId: string): Promise<boolean> {
  const { rowCount } = await db.query('SELECT FROM client_owners WHERE owner_id = $1 AND client_id = $2', [
    ownerId,
    clientId,
  ]);
  return rowCount > 0;
}

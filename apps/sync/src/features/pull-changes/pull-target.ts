import type { CalendarProvider, Credentials } from '@calendar-sync/calendar-providers-port';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { type CredentialVault, CredentialsGone, type SealedCredentials } from '../guard-credentials/credential-vault';
import type { QuotaUser } from '../respect-quotas/quota-buckets';

export type Providers = ReadonlyMap<string, CalendarProvider>;

/** All that a call about one calendar needs. */
export interface PullTarget {
  provider: CalendarProvider;
  credentials: Credentials;
  user: QuotaUser;
  providerCalendarId: string;
}

interface TargetRow extends SealedCredentials {
  owner_id: string;
  connection_id: string;
  provider: string;
  account: string;
  provider_calendar_id: string;
}

export async function loadTarget(
  db: Queryable,
  vault: CredentialVault,
  providers: Providers,
  calendarId: string,
): Promise<PullTarget> {
  const { rows } = await db.query<TargetRow>(
    `SELECT c.owner_id, c.connection_id, c.provider, c.account, c.provider_calendar_id, k.key_version, k.wrapped_key, k.ciphertext
     FROM calendars AS c
     JOIN connection_credentials AS k ON k.connection_id = c.connection_id AND k.owner_id = c.owner_id
     WHERE c.calendar_id = $1`,
    [calendarId],
  );
  const row = rows[0];
  if (row === undefined) throw new CredentialsGone('there is no such calendar, or its connection has no credentials');
  const owner = { ownerId: row.owner_id, provider: row.provider, connectionId: row.connection_id };
  const credentials = await vault.unseal(db, owner, row);
  return {
    provider: providerNamed(providers, row.provider),
    credentials,
    user: { provider: row.provider, account: row.account },
    providerCalendarId: row.provider_calendar_id,
  };
}

export function providerNamed(providers: Providers, name: string): CalendarProvider {
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`there is no adapter for the provider ${name}`);
  return provider;
}

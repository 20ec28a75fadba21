import type { CalendarProvider, Credentials } from '@calendar-sync/calendar-providers-port';
import type { Queryable } from '@calendar-sync/event-sourcing-postgres';
import { type CredentialVault, CredentialsGone } from '../guard-credentials/credential-vault';
import type { QuotaUser } from '../respect-quotas/quota-buckets';

export type Providers = ReadonlyMap<string, CalendarProvider>;

/** All that a call about one calendar needs. */
export interface PullTarget {
  provider: CalendarProvider;
  credentials: Credentials;
  user: QuotaUser;
  providerCalendarId: string;
}

export async function loadTarget(
  db: Queryable,
  vault: CredentialVault,
  providers: Providers,
  calendarId: string,
): Promise<PullTarget> {
  const { rows } = await db.query<{
    owner_id: string;
    connection_id: string;
    provider: string;
    account: string;
    provider_calendar_id: string;
  }>('SELECT owner_id, connection_id, provider, account, provider_calendar_id FROM calendars WHERE calendar_id = $1', [
    calendarId,
  ]);
  const row = rows[0];
  if (row === undefined) throw new CredentialsGone('there is no such calendar');
  const credentials = await vault.open(db, {
    ownerId: row.owner_id,
    provider: row.provider,
    connectionId: row.connection_id,
  });
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

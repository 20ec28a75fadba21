import type { Stack } from '../running-stack';
import { type SimulatedAccount, simulatorAdmin } from './simulator';
import { signToken } from './token';

export interface Person {
  /** `user_id` in the API. */
  user: string;
  email: string;
  refreshToken: string;
}

const personOf = ({ email, refreshToken }: SimulatedAccount): Person => ({
  user: email.split('@')[0]!,
  email,
  refreshToken,
});

/** Everyone who has an account at the simulator; three people with full calendars are made where there is nobody yet. */
export async function peopleOf(simulatorUrl: string): Promise<Person[]> {
  const admin = simulatorAdmin(simulatorUrl);
  const present = await admin.accounts();
  if (!present.some(({ email }) => !email.startsWith('ics'))) {
    await admin.seed({ people: 3, entriesPerPerson: 40, seed: 1 });
    return (await admin.accounts()).map(personOf);
  }
  return present.map(personOf);
}

/** Connects a person's account through the gateway. `already` where it is connected; throws what the gateway says otherwise. */
export async function connect(person: Person, stack: Stack): Promise<'connected' | 'already' | 'under way'> {
  const token = await signToken({ user: person.user }, stack.secrets, stack.settings);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const connections = `${stack.urls.gateway}/api/v1/calendar/connections`;
  const known = await fetch(`${connections}/${encodeURIComponent(person.user)}`, { headers });
  if (known.ok && ((await known.json()) as { items?: unknown[] }).items?.length) return 'already';
  const answer = await fetch(connections, {
    method: 'POST',
    headers: { ...headers, prefer: 'wait=25' },
    body: JSON.stringify({ userId: person.user, provider: 'google', refreshToken: person.refreshToken }),
  });
  if (answer.ok) return answer.status === 202 ? 'under way' : 'connected';
  const { title, detail } = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  throw new Error(`${person.email} could not be connected (${answer.status} ${title ?? ''} ${detail ?? ''})`);
}

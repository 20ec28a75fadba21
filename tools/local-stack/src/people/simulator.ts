export interface SimulatedAccount {
  sub: string;
  email: string;
  displayName?: string;
  refreshToken: string;
  calendars: { id: string; summary: string }[];
}

/** The simulator's admin API, as far as the local stack uses it. */
export function simulatorAdmin(url: string) {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(60_000),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`the simulator answered ${answer.status} to ${method} ${path}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
  return {
    accounts: async () => (await call<{ items: SimulatedAccount[] }>('GET', '/admin/accounts')).items,
    seed: async (wish: { people: number; entriesPerPerson: number; seed: number }) =>
      (await call<{ items: SimulatedAccount[] }>('POST', '/admin/seed', wish)).items,
  };
}

/**
 * `fetch` on a connection of its own. One that is kept may be closed by its server in the moment in which it is used again, on a slow machine
 * above all, and nobody may send a POST a second time for that.
 */
export const fetchAlone = (
  url: string,
  { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) => fetch(url, { ...init, headers: { ...headers, connection: 'close' } });

type Headers = Record<string, string>;

/** JSON over HTTP against one server. Throws on 4xx and 5xx with what the server said. */
export function jsonHttp(origin: string) {
  const call = async <Answer>(method: string, path: string, headers: Headers, body?: object): Promise<Answer> => {
    const answer = await fetch(origin + path, {
      method,
      signal: AbortSignal.timeout(120_000),
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path.split('?')[0]}: ${answer.status} ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
  return {
    get: <Answer>(path: string, headers: Headers = {}) => call<Answer>('GET', path, headers),
    post: <Answer>(path: string, body: object, headers: Headers = {}) => call<Answer>('POST', path, headers, body),
    put: <Answer>(path: string, body: object, headers: Headers = {}) => call<Answer>('PUT', path, headers, body),
    patch: <Answer>(path: string, body: object, headers: Headers = {}) => call<Answer>('PATCH', path, headers, body),
  };
}

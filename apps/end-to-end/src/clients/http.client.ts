import { fetchAlone } from './fetch-alone';

/** An answer that is no success, with what the server said. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
    what: string,
  ) {
    super(`${what}: ${status} ${body.slice(0, 500)}`);
  }
}

type Headers = Record<string, string>;

/** JSON over HTTP against one server. Throws HttpRefusal on 4xx and 5xx. */
export function httpClient(origin: string, defaults: () => Promise<Headers> | Headers = () => ({})) {
  const call = async <Answer>(method: string, path: string, body?: object, headers: Headers = {}): Promise<Answer> => {
    const answer = await fetchAlone(origin + path, {
      method,
      signal: AbortSignal.timeout(60_000),
      headers: { ...(body && { 'content-type': 'application/json' }), ...(await defaults()), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new HttpRefusal(answer.status, text, `${method} ${path}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
  return {
    get: <Answer>(path: string, headers?: Headers) => call<Answer>('GET', path, undefined, headers),
    post: <Answer>(path: string, body?: object, headers?: Headers) => call<Answer>('POST', path, body, headers),
    put: <Answer>(path: string, body?: object, headers?: Headers) => call<Answer>('PUT', path, body, headers),
    patch: <Answer>(path: string, body?: object, headers?: Headers) => call<Answer>('PATCH', path, body, headers),
    delete: <Answer>(path: string, headers?: Headers) => call<Answer>('DELETE', path, undefined, headers),
  };
}

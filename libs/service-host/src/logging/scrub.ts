/** What of an error may stand in a log: these fields, and nothing that a client library hung on it (headers, bodies, parameters). */
export interface LoggedError {
  type: string;
  message: string;
  code?: string | number;
  status?: number;
  stack?: string;
  cause?: LoggedError;
  errors?: LoggedError[];
}

const SECRETS: readonly [RegExp, string][] = [
  // Query strings and user info of URLs: OAuth codes, access tokens, passwords.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*@/gi, '$1[hidden]@'],
  [/\b(https?:\/\/[^\s?'"#]*)[?#][^\s'")]*/gi, '$1?[hidden]'],
  [/(\s|^)(\/[^\s?'"#]*)\?[^\s'")]*/g, '$1$2?[hidden]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, '$1 [hidden]'],
  // Google's access and refresh tokens, authorisation codes; JWTs and compact JWEs; our channel tokens.
  [/\bya29\.[A-Za-z0-9._-]+/g, '[hidden]'],
  [/\b[14]\/\/?[A-Za-z0-9_-]{20,}/g, '[hidden]'],
  [/\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){2,4}/g, '[hidden]'],
  [/\bv\d{1,6}\.[0-9a-f-]{36}\.[A-Za-z0-9_-]{20,}/g, '[hidden]'],
  [
    /((?:token|secret|password|authorization|assertion|client_secret|refresh_token|api[_-]?key)["']?\s*[:=]\s*["']?)[^\s"',&}]+/gi,
    '$1[hidden]',
  ],
];

/** A text with everything hidden that looks like a secret. The last line of defence: what is known to be secret is never logged at all. */
export function scrubText(text: string): string {
  let scrubbed = text;
  for (const [pattern, replacement] of SECRETS) scrubbed = scrubbed.replace(pattern, replacement);
  return scrubbed;
}

const DEPTH = 4;

export function scrubError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: scrubText(String(error)) };
  const { code, status, errors } = error as { code?: unknown; status?: unknown; errors?: unknown };
  const stack = error.stack?.startsWith(`${error.name}: ${error.message}`)
    ? error.stack.slice(`${error.name}: ${error.message}`.length).trim()
    : error.stack;
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: scrubText(error.message),
    ...((typeof code === 'string' || typeof code === 'number') && {
      code: typeof code === 'string' ? scrubText(code) : code,
    }),
    ...(typeof status === 'number' && { status }),
    ...(stack !== undefined && stack !== '' && { stack: scrubText(stack) }),
    ...(error.cause !== undefined && depth < DEPTH && { cause: scrubError(error.cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < DEPTH && { errors: errors.slice(0, 5).map((one) => scrubError(one, depth + 1)) }),
  };
}

/** Names under which libraries and we keep what must not be read by whoever reads logs. */
const HIDDEN =
  /token|secret|password|passphrase|passcode|credential|authorization|cookie|grant|headers?$|^body$|^config$|^request$|^response$|private|^jwk|^keys?$|apikey|^pin$|accesscode/i;

/** The fields of one log line: errors by allow-list, secret-looking names hidden, texts scrubbed, depth bounded. */
export function scrubFields(value: unknown, depth = 0): unknown {
  if (value instanceof Error) return scrubError(value);
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (depth >= DEPTH) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => scrubFields(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      hides(name, field) ? '[hidden]' : scrubFields(field, depth + 1),
    ]),
  );
}

/** Counts and flags (`tokensLeft: 3`) are no secrets. */
const hides = (name: string, field: unknown) =>
  HIDDEN.test(name) && !(field instanceof Error) && typeof field !== 'number' && typeof field !== 'boolean';

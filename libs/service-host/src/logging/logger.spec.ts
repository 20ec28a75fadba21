import { createLogger } from './logger';
import { NestLogger } from './nest-logger';
import { inTrace } from '../tracing/trace-context';
import { carryTraces } from '../tracing/trace-context';

const canary = 'canary-4f1d09e7';

function logged(write: (logger: ReturnType<typeof createLogger>) => void, level = 'trace') {
  const lines: string[] = [];
  write(createLogger({ service: 'example', level }, { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** As gaxios, axios and pg hang them on their errors. */
const clientError = () =>
  Object.assign(new Error(`request to https://oauth2.example.org/token?refresh_token=${canary} failed`), {
    code: 'ECONNRESET',
    status: 401,
    config: { headers: { Authorization: `Bearer ${canary}` }, data: `refresh_token=${canary}` },
    response: { data: { access_token: canary }, headers: { 'set-cookie': canary } },
    request: { path: `/token?code=${canary}` },
    detail: `Key (token)=(${canary}) already exists.`,
    cause: Object.assign(new Error('inner'), { body: canary, code: 'E_INNER' }),
  });

describe('a log line', () => {
  it('is JSON with time, level as a word, service and message', () => {
    const [line] = logged((logger) => logger.info({ calendarId: 'c1', items: 3 }, 'pulled'));
    expect(line).toMatchObject({ level: 'info', service: 'example', message: 'pulled', calendarId: 'c1', items: 3 });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('tells of an error its type, message, code, status, stack and cause, and nothing that a client hung on it', () => {
    const [line] = logged((logger) => logger.error({ error: clientError() }, 'failed'));
    expect(Object.keys(line?.['error'] as object).sort()).toEqual([
      'cause',
      'code',
      'message',
      'stack',
      'status',
      'type',
    ]);
    expect(line?.['error']).toMatchObject({
      type: 'Error',
      code: 'ECONNRESET',
      status: 401,
      cause: { message: 'inner' },
    });
  });

  it.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
    ['an error as a field', (logger) => logger.error({ error: clientError() }, 'failed')],
    ['an error under any other name', (logger) => logger.warn({ failure: clientError() }, 'failed')],
    ['an error alone', (logger) => logger.error(clientError())],
    ['an error under err', (logger) => logger.error({ err: clientError() }, 'failed')],
    ['an error in a list', (logger) => logger.error({ errors: [clientError()] }, 'failed')],
    ['an aggregate error', (logger) => logger.error({ error: new AggregateError([clientError()], 'all failed') }, 'x')],
    [
      'a field named like a secret',
      (logger) => logger.info({ refreshToken: canary, nested: { password: canary } }, 'x'),
    ],
    [
      'headers and bodies',
      (logger) => logger.info({ headers: { a: canary }, body: canary, request: { x: canary } }, 'x'),
    ],
    ['a query string in a text', (logger) => logger.info({ url: `https://x.example/cb?code=${canary}` }, 'x')],
    ['a password in an address', (logger) => logger.info({ database: `postgres://app:${canary}@db/sync` }, 'x')],
    ['a message', (logger) => logger.info(`sent Authorization: Bearer ${canary}`)],
    ['a message with a refresh token', (logger) => logger.info(`1//0${canary}-${canary}`)],
    ['buffers', (logger) => logger.info({ payload: Buffer.from(canary) }, 'x')],
    ['Nest’s own logger', (logger) => new NestLogger(logger).error(clientError(), 'Bootstrap')],
    [
      'Nest’s own logger with a text',
      (logger) => new NestLogger(logger).error(`token=${canary}`, 'stack\n at x', 'Boot'),
    ],
  ])('holds no secret of %s', (_what, write) => {
    const lines = logged(write);
    expect(lines).not.toHaveLength(0);
    const text = JSON.stringify(lines);
    expect(text).not.toContain(canary);
    expect(text).not.toContain(JSON.stringify([...Buffer.from(canary)]).slice(1, -1));
  });

  it('keeps what only looks like a secret by its name: numbers and flags', () => {
    const [line] = logged((logger) => logger.info({ tokensLeft: 3, hasPassword: true }, 'x'));
    expect(line).toMatchObject({ tokensLeft: 3, hasPassword: true });
  });

  it('names the trace that it was written in', () => {
    carryTraces();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const [line] = logged((logger) => inTrace(traceparent, () => logger.info('within')));
    expect(line?.['traceId']).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(line?.['spanId']).toMatch(/^[0-9a-f]{16}$/);
    expect(line?.['spanId']).not.toBe('b7ad6b7169203331');
  });
});

import { setImmediate as turn } from 'node:timers/promises';
import { carryTraces, currentTrace, currentTraceparent, inTrace } from './trace-context';

const incoming = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the trace of what is being done', () => {
  beforeAll(carryTraces);

  it('is carried over awaits and handed on with a span of our own', async () => {
    const outgoing = await inTrace(incoming, async () => {
      await turn();
      return currentTraceparent();
    });
    expect(outgoing).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(outgoing).not.toBe(incoming);
  });

  it('does not leak into what runs beside it', async () => {
    const other = '00-11111111111111111111111111111111-2222222222222222-00';
    const [one, two] = await Promise.all(
      [incoming, other].map((traceparent) =>
        inTrace(traceparent, async () => {
          await turn();
          return currentTrace()?.traceId;
        }),
      ),
    );
    expect([one, two]).toEqual(['0af7651916cd43dd8448eb211c80319c', '11111111111111111111111111111111']);
    expect(currentTrace()).toBeUndefined();
  });

  it.each([undefined, '', 'nonsense', '00-00000000000000000000000000000000-b7ad6b7169203331-01'])(
    'is a new one for the traceparent %j',
    (traceparent) => {
      const outgoing = inTrace(traceparent, currentTraceparent);
      expect(outgoing).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(outgoing).not.toMatch(/^00-0{32}/);
    },
  );
});

import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { discardParked, listParked, requestReplayOfParked } from '../index';
import { Bench, placedRecord, shopHeaders } from '../testing/bench';
import { listening, type OrderHandler, tally } from '../testing/tally';

describe('what can not be applied', () => {
  let bench: Bench;
  let applied: Awaited<ReturnType<typeof tally>>;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
    applied = await tally(bench);
  });
  afterEach(() => bench.close());

  const poisons: [string, { key: string | null; value: string | Buffer | null; headers?: Record<string, string> }][] = [
    ['bad JSON', { key: 'a', value: '{"orderId":', headers: shopHeaders(2) }],
    ['a wrong type', { key: 'a', value: '{"orderId":7,"number":1,"note":""}', headers: shopHeaders(2) }],
    ['null', { key: 'a', value: null, headers: shopHeaders(2) }],
    ['a leading zero byte', { key: 'a', value: Buffer.from([0, 0, 0, 0, 1, 123, 125]), headers: shopHeaders(2) }],
    ['missing headers', { key: 'a', value: '{"orderId":"a","number":2,"note":""}' }],
    [
      'U+0000 in an attribute',
      { key: 'a', value: '{"orderId":"a","number":2,"note":""}', headers: shopHeaders(2, { ce_id: 'x\0y' }) },
    ],
  ];
  it.each(poisons)(
    'parks %s, what follows under its key behind it, and goes on with the other keys',
    async (_name, poison) => {
      await bench.produce(
        [placedRecord('a', 1), { ...poison, partition: 0 }, placedRecord('b', 1)].map((record) => ({
          ...record,
          partition: 0,
        })),
      );
      await bench.produce([
        { ...placedRecord('a', 3), partition: 0 },
        { ...placedRecord('b', 2), partition: 0 },
      ]);
      listening(bench, applied.handler);
      await eventually(async () => (await applied.of('b')).length === 2);
      expect(await applied.of('a')).toEqual([1]);
      const parked = await listParked(bench.database);
      expect(parked.map(({ key, reason }) => [key, reason])).toEqual([
        ['a', 'poison'],
        ['a', 'behind'],
      ]);
      const { rows } = await bench.database.query<{ record_value: Buffer | null }>(
        'SELECT record_value FROM parked_messages ORDER BY id',
      );
      expect(rows[0]?.record_value).toEqual(poison.value === null ? null : Buffer.from(poison.value));
    },
  );

  it('parks a record without a key alone', async () => {
    await bench.produce([{ key: null, value: '{}', headers: shopHeaders(1) }]);
    await bench.produce([placedRecord('a', 1)]);
    listening(bench, applied.handler);
    await eventually(
      async () => (await applied.of('a')).length === 1 && (await listParked(bench.database)).length === 1,
    );
    expect((await listParked(bench.database))[0]?.key).toBeUndefined();
  });

  it('parks the message that a handler fails at, and that key only', async () => {
    const buggy: OrderHandler = async (message, context) => {
      await applied.handler(message, context);
      if (message.key === 'a' && message.sequence === 2) throw new TypeError('note is undefined');
    };
    await bench.produce([1, 2, 3].flatMap((n) => ['a', 'b'].map((key) => ({ ...placedRecord(key, n), partition: 0 }))));
    listening(bench, buggy);
    await eventually(async () => (await applied.of('b')).length === 3);
    expect(await applied.of('a')).toEqual([1]);
    const parked = await listParked(bench.database);
    expect(parked.map(({ sequence, reason, error }) => [sequence, reason, error])).toEqual([
      [2, 'failed', 'TypeError: note is undefined'],
      [3, 'behind', undefined],
    ]);
    expect(bench.logger.alarms()).toContain('message-parked');
  });

  it('applies parked messages in order once asked, and keeps what fails again with its new error', async () => {
    let broken = 'first bug';
    const buggy: OrderHandler = async (message, context) => {
      if (broken !== '' && message.sequence === 2) throw new Error(broken);
      await applied.handler(message, context);
    };
    await bench.produce([1, 2, 3, 4].map((n) => placedRecord('a', n)));
    listening(bench, buggy);
    await eventually(async () => (await listParked(bench.database)).length === 3);
    broken = 'second bug';
    expect(await requestReplayOfParked(bench.database, 'all')).toBe(1);
    const again = await eventually(async () => (await listParked(bench.database)).find(({ attempts }) => attempts > 1));
    expect(again.error).toBe('Error: second bug');
    broken = '';
    await requestReplayOfParked(bench.database, [again.id]);
    await eventually(async () => (await applied.of('a')).length === 4);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4]);
    await bench.produce([placedRecord('a', 5)]);
    await eventually(async () => (await applied.of('a')).length === 5);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('repeats a chunk after a failure that passes, and parks nothing', async () => {
    let failures = 3;
    listening(bench, async (message, context) => {
      await applied.handler(message, context);
      if (failures > 0) {
        failures -= 1;
        throw new Error('could not write', {
          cause: Object.assign(new Error('deadlock detected'), { code: '40P01', severity: 'ERROR' }),
        });
      }
    });
    await bench.produce([1, 2].map((n) => placedRecord('a', n)));
    await eventually(async () => (await applied.of('a')).length === 2);
    expect(await applied.of('a')).toEqual([1, 2]);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('goes on where it was after its database sessions were cut in the middle of a chunk', async () => {
    let cuts = 2;
    listening(bench, async (message, context) => {
      await applied.handler(message, context);
      if (message.sequence === 3 && cuts > 0) {
        cuts -= 1;
        await context.transaction.query('SELECT pg_terminate_backend(pg_backend_pid())');
      }
    });
    await bench.produce([1, 2, 3, 4].map((n) => placedRecord('a', n)));
    await eventually(async () => (await applied.of('a')).length === 4);
    expect(await applied.of('a')).toEqual([1, 2, 3, 4]);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('repeats a message whose handler hid the lost connection behind an error of its own', async () => {
    let cuts = 3;
    listening(bench, async (message, context) => {
      await applied.handler(message, context);
      if (cuts === 0) return;
      cuts -= 1;
      try {
        await context.transaction.query('SELECT pg_terminate_backend(pg_backend_pid())');
      } catch {
        throw new TypeError('row is undefined');
      }
    });
    await bench.produce([placedRecord('a', 1)]);
    await eventually(async () => (await applied.of('a')).length === 1);
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('parks a message whose handler swallowed a failed statement', async () => {
    listening(bench, async (message, context) => {
      await applied.handler(message, context);
      if (message.sequence === 2) await context.transaction.query('SELECT 1 / 0').catch(() => undefined);
    });
    await bench.produce([1, 2].map((n) => placedRecord('a', n)));
    const parked = await eventually(async () => (await listParked(bench.database))[0]);
    expect([parked.reason, parked.sequence]).toEqual(['failed', 2]);
    expect(parked.error).toContain('division by zero');
    expect(await applied.of('a')).toEqual([1]);
  });

  it('gives up a message that an operator discards, and goes on behind it', async () => {
    await bench.produce([
      placedRecord('a', 1),
      { key: 'a', value: 'junk', headers: shopHeaders(2) },
      placedRecord('a', 3),
    ]);
    listening(bench, applied.handler);
    const [junk] = await eventually(async () => {
      const parked = await listParked(bench.database);
      return parked.length === 2 && parked;
    });
    expect(await discardParked(bench.database, [junk!.id])).toEqual({ discarded: 1, later: 0 });
    await eventually(async () => (await applied.of('a')).includes(3));
    expect(await applied.of('a')).toEqual([1, 3]);
    await bench.produce([{ key: 'a', value: 'junk', headers: shopHeaders(2) }, placedRecord('a', 4)]);
    await eventually(async () => (await applied.of('a')).includes(4));
    expect(await listParked(bench.database)).toEqual([]);
  });

  it('passes over a message that was given up behind missing numbers, once those have come', async () => {
    await bench.produce([
      placedRecord('a', 1),
      { key: 'a', value: 'junk', headers: shopHeaders(3) },
      placedRecord('a', 4),
    ]);
    listening(bench, applied.handler);
    const parked = await eventually(async () => {
      const found = await listParked(bench.database);
      return found.length === 2 && found;
    });
    const junk = parked.find(({ reason }) => reason === 'poison')!;
    expect(await discardParked(bench.database, [junk.id])).toEqual({ discarded: 1, later: 1 });
    expect((await listParked(bench.database)).find(({ id }) => id === junk.id)?.discardedAt).toBeInstanceOf(Date);
    await bench.produce([placedRecord('a', 2)]);
    await eventually(async () => (await applied.of('a')).includes(4));
    expect(await applied.of('a')).toEqual([1, 2, 4]);
    await eventually(async () => (await listParked(bench.database)).length === 0);
    await bench.produce([{ key: 'a', value: 'junk', headers: shopHeaders(3) }, placedRecord('a', 5)]);
    await eventually(async () => (await applied.of('a')).includes(5));
    expect(await listParked(bench.database)).toEqual([]);
  });
});

import type { Database } from '@calendar-sync/event-sourcing-postgres';
import { eventually, startTestDatabase, testKafka } from '@calendar-sync/test-infrastructure';
import { Bench, placed } from '../testing/bench';

describe('a relay with nothing to do', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open(await startTestDatabase(), testKafka());
  });
  afterEach(() => bench.close());

  it('asks the database one thing at a time', async () => {
    const asked: string[] = [];
    const database: Database = {
      query: (text, values) => {
        asked.push(text);
        return bench.database.query(text, values);
      },
      queryPrepared: (name, text, values) => {
        asked.push(text);
        return bench.database.queryPrepared(name, text, values);
      },
      transaction: (work, options) => bench.database.transaction(work, options),
      onCommit: (listener) => bench.database.onCommit(listener),
      close: () => bench.database.close(),
    };
    await bench.append([placed('a', 1), { type: 'Counted', data: { count: 1 } }]);
    const relay = bench.relay({ database, leaseMs: 600_000, pollMs: 20 });
    relay.start();
    await eventually(async () => (await bench.held()).length === 1);
    await eventually(() => {
      const lately = asked.slice(-6);
      return lately.length === 6 && new Set(lately).size === 1;
    });
  });

  it('remembers how far it has looked through what stays private', async () => {
    const [event] = await bench.append([{ type: 'Counted', data: { count: 1 } }]);
    bench.relay({ leaseMs: 600 }).start();
    await eventually(async () => {
      const { rows } = await bench.database.query<{ position: string }>(
        'SELECT cursor_position AS position FROM relay_state',
      );
      return rows[0]?.position === event!.position;
    });
  });
});

import fc from 'fast-check';
import { compare, type Placed, type Position, type Span, takePage } from './window-pages';

const day = 86_400_000;
const window: Span = { from: 0, to: 366 * day };

const items = fc
  .uniqueArray(
    fc.record({
      id: fc.uuid(),
      startsAt: fc.integer({ min: -5, max: 370 * 24 }),
      hours: fc.integer({ min: 0, max: 200 }),
    }),
    { selector: ({ id }) => id, maxLength: 60 },
  )
  .map((all) =>
    all.map(({ id, startsAt, hours }): Placed => {
      const start = startsAt * 3_600_000;
      return { id, startsAt: start, endsAt: start + hours * 3_600_000 };
    }),
  );

const inWindow = ({ startsAt, endsAt }: Placed) =>
  startsAt < window.to && (endsAt > window.from || startsAt >= window.from);

/** As a source may: too much of what is asked for, in any order. */
const loading = (all: readonly Placed[]) => async () => [...all].reverse();

async function allPages(all: readonly Placed[], limit: number): Promise<Placed[][]> {
  const pages: Placed[][] = [];
  let after: Position | undefined;
  do {
    const page = await takePage({ window, limit, after, load: loading(all) });
    pages.push(page.items);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

describe('the pages of a window', () => {
  it('are together exactly what lies in the window, in order, whatever their size', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 20 }), async (all, limit) => {
        const pages = await allPages(all, limit);
        expect(pages.flat()).toEqual(all.filter(inWindow).sort((a, b) => compare(a, b)));
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      }),
    );
  });

  it('are not fewer than needed: the last is announced as the last', async () => {
    const all = ['a', 'b'].map((id) => ({ id, startsAt: day, endsAt: day }));
    expect(await takePage({ window, limit: 2, load: loading(all) })).toEqual({ items: all });
  });

  it('ask for little where much lies, and for much where little lies', async () => {
    const dense = Array.from({ length: 50 }, (_, index) => ({
      id: `${index}`,
      startsAt: index * 60_000,
      endsAt: index * 60_000,
    }));
    const asked: Span[] = [];
    const load = (all: readonly Placed[]) => async (slice: Span) => {
      asked.push(slice);
      return all;
    };
    await takePage({ window, limit: 10, load: load(dense) });
    expect(asked).toEqual([{ from: -Infinity, to: 2 * day }]);
    asked.length = 0;
    await takePage({ window, limit: 10, load: load([]) });
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(asked.at(-1)?.to).toBe(window.to);
  });

  it('leave out what an earlier page has shown elsewhere', async () => {
    const all = ['a', 'b'].map((id) => ({ id, startsAt: day, endsAt: day }));
    const page = await takePage({ window, limit: 5, load: loading(all), wasShown: async () => new Set(['a']) });
    expect(page.items.map(({ id }) => id)).toEqual(['b']);
  });
});

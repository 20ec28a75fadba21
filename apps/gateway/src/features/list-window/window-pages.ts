import { overlaps } from '@calendar-sync/recurrence';

/** Epoch milliseconds; `to` is exclusive. */
export interface Span {
  from: number;
  to: number;
}

export interface Placed {
  id: string;
  startsAt: number;
  endsAt: number;
}

/** The order of a list: by start, then by id. */
export interface Position {
  startsAt: number;
  id: string;
}

export const compare = (a: Position, b: Position) =>
  a.startsAt - b.startsAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const none: ReadonlySet<string> = new Set();
const firstStretch = 2 * 86_400_000;

/**
 * The next items of a window after a position. `load` is asked for what starts within a slice (from -Infinity: for everything that
 * reaches into the window, too) and may give more. Slices grow until the page is full, so that a page costs what it shows and an
 * empty year costs few questions. `wasShown` leaves out what an earlier page held at another place.
 */
export async function takePage<Item extends Placed>({
  window,
  limit,
  after,
  load,
  wasShown,
  stretch = firstStretch,
}: {
  window: Span;
  limit: number;
  after?: Position | undefined;
  load: (slice: Span) => Promise<readonly Item[]>;
  wasShown?: (items: readonly Item[]) => Promise<ReadonlySet<string>>;
  /** Of the first slice, in milliseconds. */
  stretch?: number;
}): Promise<{ items: Item[]; next?: Position }> {
  const found: Item[] = [];
  let from = after === undefined || after.startsAt < window.from ? -Infinity : after.startsAt;
  for (let length = stretch; from < window.to; length *= 4) {
    const slice = { from, to: Math.min(Math.max(from, window.from) + length, window.to) };
    const inside = (await load(slice)).filter(
      (item) =>
        item.startsAt >= slice.from &&
        item.startsAt < slice.to &&
        overlaps(item, window) &&
        (after === undefined || compare(item, after) > 0),
    );
    const shown = wasShown && inside.length > 0 ? await wasShown(inside) : none;
    found.push(...inside.filter(({ id }) => !shown.has(id)).sort((a, b) => compare(a, b)));
    if (found.length > limit) break;
    from = slice.to;
  }
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last ? { items, next: { startsAt: last.startsAt, id: last.id } } : { items };
}

import { Range } from './plain-text';

/** Whether a place lies in one of the ranges, their ends excluded. A look-up takes time in proportion to the logarithm of their number. */
export const within = (ranges: readonly Range[]): ((at: number) => boolean) => {
  const merged: Range[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return (at) => {
    let low = 0;
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (merged[middle]!.end <= at) low = middle + 1;
      else high = middle;
    }
    const range = merged[low];
    return range !== undefined && range.start <= at;
  };
};

/** The value below which a share of the samples lies (nearest rank). Throws without samples. */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new Error('nothing was measured');
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** The middle one, or the mean of the middle two. Throws without samples. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new Error('nothing was measured');
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Lowest and highest, for a figure's detail. */
export const spread = (samples: readonly number[]): string =>
  `${number(Math.min(...samples))}–${number(Math.max(...samples))}`;

/** With three digits that count, and commas. */
export function number(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

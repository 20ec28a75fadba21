import type { Figure } from '../part';
import { number } from './statistics';

type Measured = Pick<Figure, 'name' | 'unit' | 'value' | 'floor' | 'detail'>;

/** More is better: messages a second. */
export const higherIsBetter = (measured: Measured): Figure => ({
  ...measured,
  ...(measured.floor && { ratio: quotient(measured.value, measured.floor.value) }),
});

/** Less is better: milliseconds, bytes. */
export const lowerIsBetter = (measured: Measured): Figure => ({
  ...measured,
  ...(measured.floor && { ratio: quotient(measured.floor.value, measured.value) }),
});

/** The goal is a ratio to the floor. A figure without one misses it. */
export const atLeastOfFloor = (share: number, figure: Figure): Figure => ({
  ...figure,
  goal: { text: `≥ ${number(share)} of the floor`, met: (figure.ratio ?? 0) >= share },
});

/** The goal is to take at most so many times what the floor takes. */
export const atMostFloors = (times: number, figure: Figure): Figure => ({
  ...figure,
  goal: { text: `≤ ${number(times)} × the floor`, met: (figure.ratio ?? 0) >= 1 / times },
});

export const below = (limit: number, figure: Figure): Figure => ({
  ...figure,
  goal: { text: `< ${number(limit)} ${figure.unit}`, met: figure.value < limit },
});

export const atLeast = (limit: number, figure: Figure): Figure => ({
  ...figure,
  goal: { text: `≥ ${number(limit)} ${figure.unit}`, met: figure.value >= limit },
});

const quotient = (one: number, other: number) => (other === 0 ? 0 : one / other);

import type { Weaving } from '@calendar-sync/test-infrastructure';

/** What keeps a promise of the product under a fault, the test that shows it, and how it is taken away for once. */
export interface Guard {
  /** What it does, in one sentence. */
  does: string;
  /** The number of the fault test that must fail without it. */
  fault: number;
  /** Part of the name of the one test in that file, where not the whole file is meant. */
  test?: string;
  weavings: readonly Omit<Weaving, 'name'>[];
}

/** By their names. */
export type Guards = Readonly<Record<string, Guard>>;

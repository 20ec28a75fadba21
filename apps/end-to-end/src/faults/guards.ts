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

export const guards: Readonly<Record<string, Guard>> = {};

/** The guard that this run does without, as `npm run test:faults -- --without-guard=NAME` sets it. */
export function removedGuard(): string | undefined {
  const name = process.env['WITHOUT_GUARD'];
  if (name === undefined || name === '') return undefined;
  if (guards[name] === undefined) throw new Error(`no guard is named ${name}: ${Object.keys(guards).join(', ')}`);
  return name;
}

export const guardWeavings = (name: string | undefined): Weaving[] =>
  name === undefined
    ? []
    : guards[name]!.weavings.map((weaving, index) => ({ name: `without ${name} (${index + 1})`, ...weaving }));

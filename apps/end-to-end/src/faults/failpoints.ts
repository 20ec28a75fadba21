import type { Weaving } from '@calendar-sync/test-infrastructure';

/**
 * Where a process can be made to die, freeze, fail or wait: a place in the compiled product, by name. The replacement calls
 * `failpoint('<name>', details)`, or awaits `failpointAsync('<name>', details)` where it must be able to wait.
 */
const places = {} satisfies Record<string, Omit<Weaving, 'name'>>;

export type Failpoint = keyof typeof places;

export const failpointWeavings = (names: readonly Failpoint[] = Object.keys(places) as Failpoint[]): Weaving[] =>
  names.map((name) => ({ name, ...(places[name] as Omit<Weaving, 'name'>) }));

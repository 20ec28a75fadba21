import type { Part } from '../part';
import { store } from './store/store.part';

/** Every part, in the order in which they run. */
export const parts: readonly Part[] = [store];

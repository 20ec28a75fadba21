import type { Part } from '../part';
import { edge } from './edge/edge.part';
import { extraction } from './extraction/extraction.part';
import { firstSync } from './first-sync/first-sync.part';
import { freshness } from './freshness/freshness.part';
import { gateway } from './gateway/gateway.part';
import { growth } from './growth/growth.part';
import { idle } from './idle/idle.part';
import { projection } from './projection/projection.part';
import { relay } from './relay/relay.part';
import { store } from './store/store.part';

/** Every part, in the order in which they run. */
export const parts: readonly Part[] = [
  edge,
  store,
  relay,
  projection,
  extraction,
  firstSync,
  freshness,
  gateway,
  idle,
  growth,
];

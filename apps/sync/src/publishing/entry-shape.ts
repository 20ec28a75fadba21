import type { EntrySnapshot } from '@calendar-sync/calendar-providers-port';
import type { EntryV1 } from '@calendar-sync/contracts-sync';
import type { EntryDetails, EntryIdentity } from '../domain/entry-details';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : never;
type Flat<Shape> = { [Key in keyof Shape]: Shape[Key] };

/**
 * The domain imports neither the port nor the contract, so it lists the fields of an entry itself. A field that is not in
 * all three places doesn't compile here: nothing is dropped in silence between the provider and the topic.
 */
export const sameEntryEverywhere: {
  port: Same<EntrySnapshot, EntryDetails>;
  contract: Same<keyof EntryV1, keyof Flat<EntryIdentity & EntryDetails>>;
} = { port: true, contract: true };

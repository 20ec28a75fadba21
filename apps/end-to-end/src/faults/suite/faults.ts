import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';

/** What is done to the product, by the number of the fault. One that is not described here is called as its file is. */
const described: Readonly<Record<number, string>> = {
  1: 'Postgres commits and the answer is lost, twenty times each: of pushes, pages, notifications, claims, jobs, read models',
  2: 'One append stays open while 500 others commit',
  3: 'All connections to the broker are cut every half second for a minute',
  4: 'A projector is frozen before or inside its transaction, until another has its partitions, and thawed',
  5: 'A handler throws once or each time, a consumer dies, or hangs',
  6: 'Messages arrive unreadable, damaged, packed as never before, of no known type, or are far too large to be sent',
  7: 'Two hundred pushes arrive in a second, and a change during the sync that they bring about',
  8: 'A worker is frozen past its lease with a page in hand, and thawed',
  9: 'The provider forgets a sync token in the middle of a pull',
  10: 'Databases of readers and of producers are put back from an older copy',
  11: '`kill -9`: after an answer, between send and cursor, between watch and its row; and at random for three minutes',
  12: 'The broker is killed, and gone for up to five minutes',
  13: 'Postgres stops as by a crash, and ends all sessions every second, under load',
  14: "Read models, offsets and Kafka's own offsets are deleted; a read model is made anew under load",
  15: 'Pushes are lost, repeated, shuffled, late, and faster than the answer to watch',
  16: 'The provider refuses, limits, fails, hangs and talks nonsense',
  17: '500 channels end in one minute, and the process that renews them is killed',
  18: 'The clock of one process of each service goes two hours fast, then two hours slow, while it leads and while it stands by',
  19: 'The disk of Postgres is full for half a minute, its server panics; and that of Kafka',
  20: 'Every process is replaced under load, by a version that publishes what the old one does not know',
};

export interface Fault {
  number: number;
  /** As its file begins: `07-storm-of-pushes`. */
  file: string;
  /** In words: `Storm of pushes`. */
  name: string;
  does: string;
}

const suffix = '.fault.e2e.spec.ts';

/** All faults that have a test, by number. */
export const allFaults = (folder = join(workspaceRoot, 'apps/end-to-end/src/faults')): Fault[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => {
      const file = name.slice(0, -suffix.length);
      const number = Number(file.slice(0, 2));
      const words = file.slice(3).replaceAll('-', ' ');
      const inWords = words.charAt(0).toUpperCase() + words.slice(1);
      return { number, file, name: inWords, does: described[number] ?? inWords };
    });

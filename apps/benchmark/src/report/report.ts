import type { Figure } from '../part';
import type { Machine } from '../setting/machine';

export interface PartReport {
  name: string;
  about: string;
  seconds: number;
  figures: Figure[];
  /** Why it has no figures. */
  error?: string;
}

/** One run of the benchmark, as it is written to JSON and into the history. */
export interface Report {
  format: 1;
  /** RFC 3339. */
  at: string;
  /** Whose figures they are; `+` behind it: with changes that were not committed. */
  commit: string;
  quick: boolean;
  note?: string;
  machine: Machine;
  /** What makes the figures worth less. */
  warnings: string[];
  parts: PartReport[];
}

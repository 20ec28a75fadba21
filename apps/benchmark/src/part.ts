/** One measured number, beside what the same durable work costs without us. */
export interface Figure {
  name: string;
  unit: string;
  value: number;
  /** Measured in the same run, by turns with the value. */
  floor?: { name: string; value: number };
  /** Against the floor: 1 is as good as it, higher is better. */
  ratio?: number;
  goal?: { text: string; met: boolean };
  /** What a reader of the number should know: the spread, the sizes. */
  detail?: string;
}

/** What a part is given to measure with. */
export interface Bench {
  /** Shows what is being done now. */
  progress(text: string): void;
  /** Small numbers, a few seconds: to see that a part works, not to know its figures. */
  readonly quick: boolean;
  /** A folder of this part's own, on the disk that is measured; gone after the part. */
  readonly directory: string;
  /** Done after the part, last one first, however it ends; also on Ctrl-C. */
  onEnd(undo: () => Promise<void>): void;
}

export interface Part {
  readonly name: string;
  /** What its figures mean and how they are measured, in sentences: they stand in the report. */
  readonly about: string;
  run(bench: Bench): Promise<Figure[]>;
}

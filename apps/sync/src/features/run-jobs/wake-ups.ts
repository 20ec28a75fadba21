interface Wakeable {
  wake(): void;
}

/** Tells the workers of this process that something became due. A hint: what is due stands in the tables. */
export class WakeUps {
  private readonly workers: { pulls: Wakeable; jobs: Wakeable }[] = [];

  register(workers: { pulls: Wakeable; jobs: Wakeable }): void {
    this.workers.push(workers);
  }

  readonly pulls = (): void => {
    for (const { pulls } of this.workers) pulls.wake();
  };

  readonly all = (): void => {
    this.pulls();
    for (const { jobs } of this.workers) jobs.wake();
  };
}

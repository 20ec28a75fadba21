/** Tells the workers of this process that something became due. A hint: what is due stands in the tables. */
export class WakeUps {
  private readonly workers = new Set<{ wake(): void }>();

  register(worker: { wake(): void }): void {
    this.workers.add(worker);
  }

  readonly all = (): void => {
    for (const worker of this.workers) worker.wake();
  };
}

interface Retry {
  since: Date;
  cause: string;
}

/** Which partitions stand before a chunk that was not applied, and since when. */
export class Retries {
  private readonly underWay = new Map<string, Retry>();

  failed(partition: string, cause: string): void {
    this.underWay.set(partition, { since: this.underWay.get(partition)?.since ?? new Date(), cause });
  }

  end(partition: string): void {
    this.underWay.delete(partition);
  }

  get longest(): Retry | undefined {
    return [...this.underWay.values()].sort((a, b) => a.since.getTime() - b.since.getTime())[0];
  }
}

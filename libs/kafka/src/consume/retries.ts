interface Retry {
  /** By `performance`. */
  since: number;
  cause: string;
}

/** Which partitions stand before a chunk that was not applied, and since when. */
export class Retries {
  private readonly underWay = new Map<string, Retry>();

  failed(partition: string, cause: string): void {
    this.underWay.set(partition, { since: this.underWay.get(partition)?.since ?? performance.now(), cause });
  }

  end(partition: string): void {
    this.underWay.delete(partition);
  }

  get longest(): Retry | undefined {
    return [...this.underWay.values()].sort((a, b) => a.since - b.since)[0];
  }
}

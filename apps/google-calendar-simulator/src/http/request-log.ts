const KEPT = 10_000;

export interface LoggedRequest {
  number: number;
  at: string;
  operation: string;
  path: string;
  account?: string;
  calendarId?: string;
  status: number;
  reason?: string;
  ms: number;
}

/** Which calls came and how they ended; never their headers or bodies. */
export class RequestLog {
  private readonly requests: LoggedRequest[] = [];
  private readonly counts = new Map<string, number>();
  private number = 0;

  add(request: Omit<LoggedRequest, 'number'>): void {
    this.requests.push({ number: ++this.number, ...request });
    if (this.requests.length > KEPT) this.requests.splice(0, KEPT / 10);
    const key = `${request.operation} ${request.status}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  since(number: number): object {
    const requests = this.requests.filter((request) => request.number > number);
    const counts: { [operation: string]: { [status: string]: number } } = {};
    for (const [key, count] of [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [operation, status] = key.split(' ');
      if (operation !== undefined && status !== undefined) (counts[operation] ??= {})[status] = count;
    }
    return { last: this.number, total: this.number, counts, requests };
  }

  clear(): void {
    this.requests.length = 0;
    this.counts.clear();
  }
}

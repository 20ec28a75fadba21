/** Whether the service is on its way out. */
export class ServiceLifecycle {
  private readonly leaving = new AbortController();

  /** Aborts when the service begins to shut down: end open streams, claim nothing more. */
  get draining(): AbortSignal {
    return this.leaving.signal;
  }

  drain(): void {
    this.leaving.abort();
  }
}

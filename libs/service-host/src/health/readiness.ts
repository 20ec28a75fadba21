/** Why a part of the service cannot do its work now, or undefined when it can. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

export interface ReadinessReport {
  ready: boolean;
  /** Per part: `ok`, or what is wrong with it. */
  parts: Record<string, string>;
}

const CHECK_LIMIT_MS = 2_000;

/** The parts that a service must have working before it may be sent work. Services add their own. */
export class Readiness {
  private readonly checks = new Map<string, { check: ReadinessCheck; necessary: boolean }>();

  /** `necessary: false`: its trouble is shown, the service stays ready. */
  add(part: string, check: ReadinessCheck, { necessary = true }: { necessary?: boolean } = {}): void {
    this.checks.set(part, { check, necessary });
  }

  async report(): Promise<ReadinessReport> {
    const found = await Promise.all(
      [...this.checks].map(async ([part, { check, necessary }]) => ({
        part,
        necessary,
        state: (await outcomeOf(check)) ?? 'ok',
      })),
    );
    return {
      ready: found.every(({ state, necessary }) => state === 'ok' || !necessary),
      parts: Object.fromEntries(found.map(({ part, state }) => [part, state])),
    };
  }
}

async function outcomeOf(check: ReadinessCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_LIMIT_MS} ms`), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    // The message of a driver's error may hold an address or a user name: its code is enough for a probe.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    return `not reachable (${code})`;
  } finally {
    clearTimeout(timer);
  }
}

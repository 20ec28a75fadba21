/** How often a second the work is done when `workers` do it one after the other for about `forMs`. Only what ended counts. */
export async function perSecond(
  { forMs, workers = 1 }: { forMs: number; workers?: number },
  work: (worker: number) => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  let done = 0;
  const one = async (worker: number) => {
    do {
      await work(worker);
      done += 1;
    } while (performance.now() - began < forMs);
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => one(worker)));
  return done / ((performance.now() - began) / 1_000);
}

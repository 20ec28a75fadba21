/** Stops what the global setup started. */
export default async function stopServers(): Promise<void> {
  await globalThis.closeTestRun?.();
}

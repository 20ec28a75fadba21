import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from './part';
import type { PartReport } from './report/report';

export interface RunOptions {
  quick: boolean;
  /** Each part gets a folder in it. */
  scratch: string;
  progress: (part: string, text: string) => void;
  /** Ends the part under way; those after it don't begin. */
  signal?: AbortSignal;
}

/** A part that hangs must not keep the others from being measured. */
const LIMIT_MS = 10 * 60_000;

/** One part after the other. One that fails says so, and the others go on. */
export async function runParts(parts: readonly Part[], options: RunOptions): Promise<PartReport[]> {
  const reports: PartReport[] = [];
  for (const part of parts) {
    if (options.signal?.aborted) break;
    reports.push(await runPart(part, options));
  }
  return reports;
}

async function runPart(
  { name, about, run }: Part,
  { quick, scratch, progress, signal }: RunOptions,
): Promise<PartReport> {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const undoings: (() => Promise<void>)[] = [];
  const began = Date.now();
  const report = (rest: Pick<PartReport, 'figures' | 'error'>) => ({
    name,
    about,
    seconds: Math.round((Date.now() - began) / 1_000),
    ...rest,
  });
  const show = (text: string) => progress(name, text);
  try {
    const limit = AbortSignal.timeout(LIMIT_MS);
    const figures = await Promise.race([
      run({ progress: show, quick, directory, onEnd: (undo) => void undoings.push(undo) }),
      aborted('interrupted', signal),
      aborted(`it took longer than ${LIMIT_MS / 60_000} minutes`, limit),
    ]);
    return report({ figures });
  } catch (error) {
    return report({ figures: [], error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    show('cleans up');
    for (const undo of undoings.toReversed())
      await undo().catch((error: unknown) => show(`clean-up: ${String(error)}`));
    rmSync(directory, { recursive: true, force: true });
  }
}

const aborted = (why: string, signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    const abort = () => reject(new Error(why));
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });

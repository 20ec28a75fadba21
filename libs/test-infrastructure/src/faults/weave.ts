/**
 * A preload (`node --require …/faults/weave.js`) that changes modules while they are loaded, as the file that `WEAVE_FILE`
 * names says: failpoints and removed guards need no switch in the product. It does nothing without that variable.
 */
import { appendFileSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { moveClockBy } from './weave-clock';
import { installFailpoints } from './weave-failpoints';
import { isIn, weaveSource, type Weaving } from './weave-source';

/** What `WEAVE_FILE` holds. */
export interface WeaveFile {
  clockFile?: string;
  failpointDirectory: string;
  weavings: readonly Weaving[];
  logFile: string;
}

/** `EX_CONFIG` of sysexits.h. */
const MISFIT = 78;

function weaveThisProcess(path: string): void {
  const { clockFile, failpointDirectory, weavings, logFile } = JSON.parse(readFileSync(path, 'utf8')) as WeaveFile;
  installFailpoints(failpointDirectory);
  registerHooks({
    load: (url, context, nextLoad) => {
      const concerned = url.startsWith('file:') ? concernedBy(fileURLToPath(url), weavings) : [];
      const loaded = nextLoad(url, context);
      if (concerned.length === 0) return loaded;
      const source = weaveOrEnd(fileURLToPath(url), concerned);
      for (const { name, module } of concerned) {
        appendFileSync(logFile, `${JSON.stringify({ name, pid: process.pid, module })}\n`);
      }
      return { ...loaded, source };
    },
  });
  if (clockFile !== undefined) moveClockBy(clockFile);
}

function concernedBy(path: string, weavings: readonly Weaving[]): Weaving[] {
  // Most modules need no look at the disk: their name alone differs.
  const name = path.slice(path.lastIndexOf('/'));
  const possible = weavings.filter(({ module }) => `/${module}`.endsWith(name));
  return possible.length === 0 ? possible : possible.filter((weaving) => isIn(realpathSync(path), weaving));
}

function weaveOrEnd(path: string, weavings: readonly Weaving[]): string {
  try {
    return weaveSource(readFileSync(path, 'utf8'), weavings);
  } catch (error) {
    writeSync(2, `A weaving does not fit: ${(error as Error).message}\n`);
    process.exit(MISFIT);
  }
}

if (process.env['WEAVE_FILE']) weaveThisProcess(process.env['WEAVE_FILE']);

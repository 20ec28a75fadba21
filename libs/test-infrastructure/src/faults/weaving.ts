import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { workspaceRoot } from '../workspace';
import type { WeaveFile } from './weave';
import type { Arming, Strike } from './weave-failpoints';
import { weaveSource, type Weaving } from './weave-source';

export interface Struck {
  pid: number;
  /** ISO 8601, by the clock of the process that was struck. */
  at: string;
  details?: unknown;
}

/** A set of weavings, their failpoints and one clock, for all processes that are started with `env`. */
export interface Woven {
  /** What a process gets: NODE_OPTIONS (those of this process, and the preload) and WEAVE_FILE. */
  readonly env: NodeJS.ProcessEnv;
  /** From now on until `disarm`; arming again takes its place and counts anew. */
  arm(name: string, strike: Strike): void;
  disarm(name: string): void;
  /** All of them, oldest first. */
  strikes(name: string): Struck[];
  /** Which weavings are in which processes: those whose module was loaded. */
  applied(): { name: string; pid: number }[];
  /** By so many milliseconds from the true time; 0 heals. Seen within 50 ms. Needs `clock`. */
  moveClock(ms: number): void;
}

const preload = join(workspaceRoot, 'libs/test-infrastructure/dist/faults/weave.js');

/** Keeps what it needs in `directory`. Throws where the preload was not built. */
export function weave(directory: string, weavings: readonly Weaving[], options: { clock?: boolean } = {}): Woven {
  if (!existsSync(preload)) throw new Error('nothing can be woven before a build: npm run build');
  const folder = resolve(directory);
  const failpointDirectory = join(folder, 'failpoints');
  const logFile = join(folder, 'applied.log');
  const clockFile = join(folder, 'clock');
  const weaveFile = join(folder, 'weave.json');
  mkdirSync(failpointDirectory, { recursive: true });
  const content: WeaveFile = { ...(options.clock && { clockFile }), failpointDirectory, weavings, logFile };
  write(weaveFile, JSON.stringify(content, undefined, 2));

  const arming = (name: string) => join(failpointDirectory, `${nameOfFile(name)}.json`);
  return {
    get env() {
      const kept = process.env['NODE_OPTIONS'];
      const added = `--require ${JSON.stringify(preload)}`;
      return { NODE_OPTIONS: kept ? `${kept} ${added}` : added, WEAVE_FILE: weaveFile };
    },
    arm: (name, strike) => {
      const content: Arming = { ...strike, armed: randomUUID() };
      write(arming(name), JSON.stringify(content));
    },
    disarm: (name) => rmSync(arming(name), { force: true }),
    strikes: (name) =>
      linesOf(join(failpointDirectory, `${nameOfFile(name)}.struck`)).map((line) => {
        const { pid, at, details } = JSON.parse(line) as Struck;
        return details === undefined ? { pid, at } : { pid, at, details };
      }),
    applied: () =>
      linesOf(logFile).map((line) => {
        const { name, pid } = JSON.parse(line) as { name: string; pid: number };
        return { name, pid };
      }),
    moveClock: (ms) => {
      if (!options.clock) throw new Error('the clock stays: these weavings were made without `clock`');
      write(clockFile, String(ms));
    },
  };
}

/**
 * Says of every weaving that doesn't fit the compiled code why, in a line; none when all fit. For a test that runs with
 * every build.
 */
export function misfits(weavings: readonly Weaving[]): string[] {
  const byModule = Map.groupBy(weavings, ({ module }) => module);
  return [...byModule].flatMap(([module, ofModule]) => {
    const file = resolve(workspaceRoot, module);
    if (!existsSync(file)) return ofModule.map(({ name }) => `${name}: there is no ${module}`);
    const source = readFileSync(file, 'utf8');
    const alone = ofModule.flatMap((weaving) => failureOf(() => weaveSource(source, [weaving])));
    return alone.length > 0 ? alone : failureOf(() => weaveSource(source, ofModule));
  });
}

function failureOf(attempt: () => void): string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Never seen half written by a process that looks meanwhile. */
function write(file: string, content: string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

function nameOfFile(name: string): string {
  if (!/^[\w.-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} can not be a failpoint: a file bears its name`);
  return name;
}

const linesOf = (file: string) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];

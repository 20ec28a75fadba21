import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Part } from './part';
import { runParts } from './run-parts';

const part = (name: string, run: (bench: Bench) => Promise<void>): Part => ({
  name,
  about: '',
  run: async (bench) => {
    await run(bench);
    return [{ name: 'figure', unit: '', value: 1 }];
  },
});

describe('running parts', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'benchmark-parts-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const run = (parts: Part[], signal?: AbortSignal) =>
    runParts(parts, { quick: true, scratch, progress: () => undefined, ...(signal && { signal }) });

  it('goes on after one that fails', async () => {
    const reports = await run([
      part('broken', () => Promise.reject(new Error('no disk'))),
      part('whole', async () => undefined),
    ]);
    expect(reports.map(({ name, figures }) => [name, figures.length])).toEqual([
      ['broken', 0],
      ['whole', 1],
    ]);
    expect(reports[0]?.error).toContain('no disk');
    expect(reports[1]?.error).toBeUndefined();
  });

  it('undoes what a part began, last first, however it ended', async () => {
    const undone: string[] = [];
    const begin = (bench: Bench) => {
      for (const name of ['server', 'client']) bench.onEnd(async () => void undone.push(name));
    };
    await run([
      part('whole', async (bench) => begin(bench)),
      part('broken', async (bench) => {
        begin(bench);
        throw new Error('no disk');
      }),
    ]);
    expect(undone).toEqual(['client', 'server', 'client', 'server']);
  });

  it('undoes the rest where one thing can not be undone', async () => {
    const undone: string[] = [];
    await run([
      part('whole', async ({ onEnd }) => {
        onEnd(async () => void undone.push('server'));
        onEnd(() => Promise.reject(new Error('already gone')));
      }),
    ]);
    expect(undone).toEqual(['server']);
  });

  it('gives each part a folder that goes with it', async () => {
    const folders: { directory: string; there: boolean }[] = [];
    await run([part('one', async ({ directory }) => void folders.push({ directory, there: existsSync(directory) }))]);
    expect(folders).toEqual([{ directory: join(scratch, 'one'), there: true }]);
    expect(existsSync(join(scratch, 'one'))).toBe(false);
  });

  it('ends the part under way when it is interrupted, undoes it, and begins no other', async () => {
    const interruption = new AbortController();
    const undone: string[] = [];
    const reports = await run(
      [
        part('endless', ({ onEnd }) => {
          onEnd(async () => void undone.push('endless'));
          interruption.abort();
          return new Promise(() => undefined);
        }),
        part('next', async () => undefined),
      ],
      interruption.signal,
    );
    expect(reports.map(({ name, error }) => [name, error?.split('\n')[0]])).toEqual([
      ['endless', 'Error: interrupted'],
    ]);
    expect(undone).toEqual(['endless']);
  });
});

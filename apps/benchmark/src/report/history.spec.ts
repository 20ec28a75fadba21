import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendHistory, belongsToHistory, latestOfEachPart, readHistory } from './history';
import { aPart, aReport } from './report.fixture';

describe('the history', () => {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-history-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives back every run that was kept, oldest first', () => {
    const file = join(folder, 'kept.jsonl');
    const [first, second] = [aReport({ commit: 'first' }), aReport({ commit: 'second', note: 'with a note' })];
    appendHistory(file, first);
    appendHistory(file, second);
    expect(readHistory(file)).toEqual([first, second]);
  });

  it('is empty before the first run', () => {
    expect(readHistory(join(folder, 'none.jsonl'))).toEqual([]);
  });

  it('names the line that is broken', () => {
    const file = join(folder, 'broken.jsonl');
    appendHistory(file, aReport());
    writeFileSync(file, '{"format":', { flag: 'a' });
    expect(() => readHistory(file)).toThrow(`${file}:2 is not JSON`);
  });

  it.each([
    ['a run of everything', { quick: false }, { allParts: true, history: true }, true],
    ['a run of some parts', { quick: false }, { allParts: false, history: true }, false],
    ['a run of some parts with a note', { quick: false, note: 'faster' }, { allParts: false, history: true }, true],
    ['a quick run', { quick: true, note: 'faster' }, { allParts: true, history: true }, false],
    ['a run that nobody wants kept', { quick: false, note: 'faster' }, { allParts: true, history: false }, false],
  ])('%s: keeps it as it should', (_what, report, run, kept) => {
    expect(belongsToHistory(report, run)).toBe(kept);
  });

  it('shows of each part the newest run that measured it', () => {
    const old = aReport({ parts: [aPart('edge'), aPart('store')] });
    const failed = aReport({ parts: [aPart('edge', { figures: [], error: 'no answer' })] });
    const newer = aReport({ parts: [aPart('store')] });
    const latest = latestOfEachPart([old, failed, newer], ['edge', 'store', 'idle']);
    expect(latest.map(({ part, report }) => [part.name, report])).toEqual([
      ['edge', old],
      ['store', newer],
    ]);
  });
});

import { check, resolveConfig } from 'prettier';
import { page } from './page';
import { aPart, aReport } from './report.fixture';

const parts = [
  { name: 'edge', about: 'Pushes a second.' },
  { name: 'store', about: 'Appends a second.' },
];
const history = [
  aReport({
    commit: 'one',
    parts: [aPart('edge'), aPart('store')],
    warnings: ['The machine was not quiet: load 3.00.'],
  }),
  aReport({ commit: 'two', note: 'prepared statements', parts: [aPart('store')] }),
];

describe('the page', () => {
  it('names the run of every part', () => {
    const text = page(history, parts);
    expect(text).toMatch(/^\| edge +\| appends .*\| a +\|$/m);
    expect(text).toMatch(/^\| store +\| appends .*\| b +\|$/m);
    expect(text).toContain('commit two: prepared statements');
    expect(text).toContain('The machine was not quiet: load 3.00.');
  });

  it('says what a part measures, also of one that was never run', () => {
    expect(page([], parts)).toContain('**edge**: Pushes a second.');
  });

  it('is as the formatter would write it', async () => {
    expect(await check(page(history, parts), { ...(await resolveConfig(__filename)), parser: 'markdown' })).toBe(true);
  });
});

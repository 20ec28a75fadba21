import { aPart } from './report.fixture';
import { inColumns, inMarkdown, rows } from './rows';

describe('the table', () => {
  it('has a row per figure, with the part named once', () => {
    expect(rows([aPart('store')])).toEqual([
      ['store', 'appends', '1,234 /s', '2,000 (plain INSERT)', '0.62', '✓ ≥ 0.60 of the floor'],
      ['', 'bytes', '2,065 B', '', '', ''],
    ]);
  });

  it('says of a part that failed what its error says first', () => {
    expect(rows([aPart('edge', { figures: [], error: 'Error: no answer\n    at somewhere' })])).toEqual([
      ['edge', 'failed: Error: no answer', '', '', '', '✗'],
    ]);
  });

  it('stands in columns, numbers to the right', () => {
    expect(inColumns(rows([aPart('store')])).split('\n')).toEqual([
      'part   figure      value  floor                 ratio  goal',
      '-----  -------  --------  --------------------  -----  ---------------------',
      'store  appends  1,234 /s  2,000 (plain INSERT)   0.62  ✓ ≥ 0.60 of the floor',
      '       bytes     2,065 B',
    ]);
  });

  it('keeps bars of a text apart from those of the table', () => {
    expect(inMarkdown(['a', 'b'], [['x|y', 'z']]).split('\n')).toEqual([
      '| a    | b   |',
      '| ---- | --- |',
      '| x\\|y | z   |',
    ]);
  });
});

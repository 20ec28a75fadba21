import { nothingRecorded, page, type TestResult, withoutGuard, withRun } from './results';

const result = (more: Partial<TestResult> = {}): TestResult => ({
  fault: 4,
  title: 'the zombie writes nothing',
  passed: true,
  seconds: 12,
  failure: '',
  ...more,
});
const guards = { 'locked-offset-row': { does: 'Fences a frozen consumer off', fault: 4 } };
const today = '2026-11-23';

describe('what the fault suite records', () => {
  it('keeps the last two runs of a test, each of another seed', () => {
    let recorded = withRun(nothingRecorded, [result()], 1, today, true);
    recorded = withRun(recorded, [result({ passed: false })], 2, today, false);
    recorded = withRun(recorded, [result({ seconds: 15 })], 2, today, false);
    expect(recorded.tests['the zombie writes nothing']?.runs).toEqual([
      { seed: 2, passed: true, seconds: 15, on: today },
      { seed: 1, passed: true, seconds: 12, on: today },
    ]);
  });

  it('forgets the tests that a run of the whole suite no longer has', () => {
    const recorded = withRun(nothingRecorded, [result({ title: 'an old name' })], 1, today, true);
    expect(Object.keys(withRun(recorded, [result()], 2, today, true).tests)).toEqual(['the zombie writes nothing']);
  });

  it('takes a guard for proven when its test fails, and says how', () => {
    const failure = 'Error: x\n\u001b[31m+   "gateway applied it twice",\u001b[39m\n    at somewhere';
    const recorded = withoutGuard(nothingRecorded, 'locked-offset-row', [result({ passed: false, failure })], 1, today);
    expect(recorded.guards['locked-offset-row']).toMatchObject({ failed: true });
    expect(page(recorded, guards)).toContain('gateway applied it twice');
  });

  it.each([
    ['nothing failed', [result()]],
    ['the bench did not come up', [result({ passed: false, failure: 'Error: the bench did not come up' })]],
    ['the guard was still there', [result({ passed: false, failure: 'Error: the guard was not removed: x' })]],
  ])('does not take it for proven when %s', (_, results) => {
    const recorded = withoutGuard(nothingRecorded, 'locked-offset-row', results, 1, today);
    expect(recorded.guards['locked-offset-row']?.failed).toBe(false);
    expect(page(recorded, guards)).toContain('**still green**');
  });

  it('says of a guard that nobody took away that it was not tried', () => {
    expect(page(nothingRecorded, guards)).toContain('not tried yet');
  });
});

import type { Fault } from './faults';
import { page } from './page';
import { type FaultRun, nothingRecorded, type Recorded, withoutGuard, withRun } from './results';

const run = (more: Partial<FaultRun['tests'][number]> = {}, seconds = 40): FaultRun => ({
  seconds,
  tests: [{ title: 'the zombie writes nothing', passed: true, seconds: 12, failure: '', ...more }],
  broken: false,
});
const fault: Fault = {
  number: 4,
  file: '04-frozen-projector',
  name: 'Frozen projector',
  does: 'A projector is frozen',
};
const guards = { 'locked-offset-row': { does: 'Fences a frozen consumer off', fault: 4 } };
const today = '2026-11-23';
const pageOf = (recorded: Recorded) => page([{ fault, recorded }], guards);

describe('what the fault suite records', () => {
  it('keeps the last two runs of a fault, each of another seed', () => {
    let recorded = withRun(nothingRecorded, run(), 1, today);
    recorded = withRun(recorded, run({ passed: false }), 2, today);
    recorded = withRun(recorded, run({ seconds: 15 }, 45), 2, today);
    expect(recorded.runs.map(({ seed, passed, seconds }) => ({ seed, passed, seconds }))).toEqual([
      { seed: 2, passed: true, seconds: 45 },
      { seed: 1, passed: true, seconds: 40 },
    ]);
    recorded = withRun(recorded, run(), 3, today);
    expect(recorded.runs.map(({ seed }) => seed)).toEqual([3, 2]);
    expect(pageOf(recorded)).toContain('✓ seed 3, 40 s; ✓ seed 2, 45 s');
    expect(pageOf(recorded)).toMatch(/1 of 1 faults\s+are, and 0 of 1 guards/);
  });

  it.each([
    ['one of its tests failed', run({ passed: false })],
    ['it could not run', { seconds: 2, tests: [], broken: true }],
    ['it has no test', { seconds: 2, tests: [], broken: false }],
  ])('does not call a fault green when %s', (_, ended) => {
    expect(pageOf(withRun(nothingRecorded, ended, 1, today))).toContain('✗ seed 1');
  });

  it('forgets a test that the last run no longer had', () => {
    const recorded = withRun(withRun(nothingRecorded, run({ title: 'an old name' }), 1, today), run(), 2, today);
    expect(pageOf(recorded)).not.toContain('an old name');
    expect(pageOf(recorded)).toContain('- ✓ the zombie writes nothing');
  });

  it('takes a guard for proven when its test fails, and says how', () => {
    const failure =
      'Error: expect(received).toEqual(expected)\n\u001b[31m+   "gateway applied it twice",\u001b[39m\n    at somewhere';
    const recorded = withoutGuard(nothingRecorded, 'locked-offset-row', run({ passed: false, failure }), 1, today);
    expect(recorded.guards['locked-offset-row']).toMatchObject({ red: true, how: '+   "gateway applied it twice",' });
    expect(pageOf(recorded)).toContain('gateway applied it twice');
    expect(pageOf(recorded)).toContain('1 of 1 red when removed');
  });

  it.each([
    ['nothing failed', run()],
    ['the bench did not come up', run({ passed: false, failure: 'Error: the bench did not come up' })],
    ['the guard was still there', run({ passed: false, failure: 'Error: the guard was not removed: x' })],
  ])('does not take it for proven when %s', (_, ended) => {
    const recorded = withoutGuard(nothingRecorded, 'locked-offset-row', ended, 1, today);
    expect(recorded.guards['locked-offset-row']?.red).toBe(false);
    expect(pageOf(recorded)).toContain('**still green**');
    expect(pageOf(recorded)).toContain('0 of 1 red when removed');
  });

  it('keeps what is known of a fault apart from what is known of its guards', () => {
    const recorded = withoutGuard(withRun(nothingRecorded, run(), 1, today), 'locked-offset-row', run(), 2, today);
    expect(recorded.runs).toHaveLength(1);
    expect(Object.keys(withRun(recorded, run(), 2, today).guards)).toEqual(['locked-offset-row']);
  });

  it('says of a guard that nobody took away that it was not tried', () => {
    expect(pageOf(nothingRecorded)).toContain('not tried yet');
  });
});

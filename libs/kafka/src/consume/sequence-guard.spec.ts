import { type Blocker, judge } from './sequence-guard';

const source = '/calendar-sync/shop';
const number = (from: number, epoch = 1, to = from) => ({ source, epoch, from, to });
const at = (last: number, epoch = 1) => ({ epoch, last });
const stuck = (sequence: number | undefined, epoch: number | undefined = 1): Blocker => ({ source, epoch, sequence });

describe('the guard by sequence', () => {
  it('applies the number that follows the last one, and a key from its first', () => {
    expect(judge(number(5), at(4), [], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
    expect(judge(number(1), undefined, [], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
  });

  it('drops what was applied', () => {
    expect(judge(number(4), at(4), [], 'facts')).toEqual({ verdict: 'duplicate' });
    expect(judge(number(1), at(4), [], 'commands')).toEqual({ verdict: 'duplicate' });
  });

  it('names what is missing before a number that comes too early, also before the first one ever seen', () => {
    expect(judge(number(9), at(4), [], 'facts')).toEqual({ verdict: 'gap', missing: { from: 5, to: 8 } });
    expect(judge(number(3), undefined, [], 'facts')).toEqual({ verdict: 'gap', missing: { from: 1, to: 2 } });
  });

  it('begins anew with a new epoch and drops what comes late of an old one', () => {
    expect(judge(number(1, 2), at(40), [], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
    expect(judge(number(2, 2), at(40), [], 'facts')).toEqual({ verdict: 'gap', missing: { from: 1, to: 1 } });
    expect(judge(number(41, 1), at(3, 2), [], 'facts')).toEqual({ verdict: 'duplicate' });
  });

  it('applies commands across a gap and counts what is missing, which nobody can send again', () => {
    expect(judge(number(9), at(4), [], 'commands')).toEqual({ verdict: 'apply', skipped: 4 });
    expect(judge(number(9), undefined, [], 'commands')).toEqual({ verdict: 'apply', skipped: 0 });
  });

  it('keeps a message behind an earlier one that could not be applied, and behind one without numbers', () => {
    expect(judge(number(5), at(3), [stuck(4)], 'facts')).toEqual({ verdict: 'behind' });
    expect(judge(number(4), at(3), [stuck(undefined)], 'facts')).toEqual({ verdict: 'behind' });
  });

  it('lets pass what comes before such a message, the same number again, and another epoch', () => {
    expect(judge(number(4), at(3), [stuck(6)], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
    expect(judge(number(4), at(3), [stuck(4)], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
    expect(judge(number(1, 2), at(3), [stuck(4)], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
  });

  it('takes a range that is gone when it begins where the key stands or before', () => {
    expect(judge(number(3, 1, 8), at(5), [], 'facts')).toEqual({ verdict: 'apply', skipped: 0 });
    expect(judge(number(3, 1, 5), at(5), [], 'facts')).toEqual({ verdict: 'duplicate' });
    expect(judge(number(7, 1, 8), at(5), [], 'facts')).toEqual({ verdict: 'gap', missing: { from: 6, to: 6 } });
  });

  describe('where a number that was applied comes again', () => {
    const progress = { epoch: 1, last: 7, lastId: 'the seventh', latestTime: 1_000 };
    const told = (to: number, id: string, time: number, epoch = 1) => ({ ...number(to, epoch), id, time });

    it('drops a repeat, of the last message or of an earlier one', () => {
      expect(judge(told(7, 'the seventh', 1_000), progress, [], 'facts')).toEqual({ verdict: 'duplicate' });
      expect(judge(told(3, 'the third', 400), progress, [], 'facts')).toEqual({ verdict: 'duplicate' });
    });

    it('notices another message under the last number, and one that was recorded after all that were applied', () => {
      expect(judge(told(7, 'another', 900), progress, [], 'facts')).toEqual({ verdict: 'contradiction' });
      expect(judge(told(3, 'another', 1_001), progress, [], 'facts')).toEqual({ verdict: 'contradiction' });
      expect(judge(told(3, 'another', 1_001), progress, [], 'commands')).toEqual({ verdict: 'contradiction' });
    });

    it('says nothing of another epoch, of ranges that are gone, or where nothing is known of what was applied', () => {
      expect(judge(told(3, 'another', 2_000, 0), progress, [], 'facts')).toEqual({ verdict: 'duplicate' });
      expect(judge(number(7), progress, [], 'facts')).toEqual({ verdict: 'duplicate' });
      expect(judge(told(7, 'another', 2_000), at(7), [], 'facts')).toEqual({ verdict: 'duplicate' });
    });
  });
});

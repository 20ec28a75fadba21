import { EntriesUnderWay } from './entries-under-way';

let now: number;
let entries: EntriesUnderWay;
beforeEach(() => {
  now = 5_000;
  entries = new EntriesUnderWay(() => now);
});

describe('Entries that come in bulk', () => {
  it('go before what can wait until none came for a while', () => {
    expect(entries.goBefore()).toBe(false);
    entries.note(200);
    now += 1_000;
    entries.note(200);
    now += 1_000;
    expect(entries.goBefore()).toBe(true);
    now += 1_000;
    expect(entries.goBefore()).toBe(false);
  });

  it('are not those of single changes', () => {
    entries.note(1);
    expect(entries.goBefore()).toBe(false);
  });

  it('do not hold it up for ever, but do so again after a pause', () => {
    const forTwoMinutes = Array.from({ length: 120 }, () => {
      entries.note(200);
      now += 1_000;
      return entries.goBefore();
    });
    expect(forTwoMinutes.indexOf(false)).toBe(59);
    expect(forTwoMinutes.lastIndexOf(true)).toBe(58);
    now += 10_000;
    entries.note(200);
    expect(entries.goBefore()).toBe(true);
  });
});

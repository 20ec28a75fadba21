import fc from 'fast-check';
import { compareListing, type ListedCalendar } from './calendar-list';
import { nextPoll } from './poll-schedule';
import { reactTo } from './retry-policy';
import { renewAt } from './watch-renewal';

const random = fc.double({ min: 0, max: 0.999_999, noNaN: true });

describe('polling', () => {
  const limits = { minSeconds: 60, maxSeconds: 3600, foundUnannounced: false };

  it('is rare while pushes announce changes', () => {
    expect(nextPoll({ ...limits, mode: 'push' }, 0.5)).toEqual({
      seconds: 3600,
      reason: 'pushes announce changes; polled only to be safe',
    });
  });

  it('is closer after a poll found what no push had announced', () => {
    expect(nextPoll({ ...limits, mode: 'push', foundUnannounced: true }, 0.5).seconds).toBe(120);
  });

  it('without a channel follows how long ago the calendar changed', () => {
    const polled = (secondsSinceLastChange: number) =>
      nextPoll({ ...limits, mode: 'polling', secondsSinceLastChange }, 0.5).seconds;
    expect([polled(10), polled(1_000), polled(100_000)]).toEqual([60, 500, 3600]);
  });

  it('stays within its bounds and a quarter', () => {
    fc.assert(
      fc.property(random, fc.boolean(), fc.option(fc.nat(1e7), { nil: undefined }), (chance, push, since) => {
        const { seconds } = nextPoll(
          {
            ...limits,
            mode: push ? 'push' : 'polling',
            ...(since === undefined ? {} : { secondsSinceLastChange: since }),
          },
          chance,
        );
        expect(seconds).toBeGreaterThanOrEqual(60);
        expect(seconds).toBeLessThanOrEqual(4500);
      }),
    );
  });
});

describe('a failed pull', () => {
  it('is repeated with growing, capped, jittered waits and parked in the end', () => {
    const longest = (attempt: number) => reactTo({ code: 'ProviderUnavailable' }, attempt, 1);
    expect([longest(1), longest(2), longest(3), longest(29)]).toEqual([
      { kind: 'retry', delayMs: 1_000 },
      { kind: 'retry', delayMs: 2_000 },
      { kind: 'retry', delayMs: 4_000 },
      { kind: 'retry', delayMs: 1_800_000 },
    ]);
    expect(longest(30)).toEqual({ kind: 'park' });
    expect(reactTo({ code: 'ProviderUnavailable' }, 3, 0.25)).toEqual({ kind: 'retry', delayMs: 1_000 });
  });

  it('never parks for a limit of the provider, and waits at least as long as it was told', () => {
    fc.assert(
      fc.property(random, fc.integer({ min: 1, max: 1000 }), (chance, attempt) => {
        const reaction = reactTo({ code: 'RateLimited', scope: 'user', retryAfterMs: 5_000 }, attempt, chance);
        expect(reaction).toMatchObject({ kind: 'wait', bucket: 'user' });
        expect(reaction.kind === 'wait' && reaction.delayMs).toBeGreaterThanOrEqual(5_000);
      }),
    );
  });

  it('believes that a calendar is gone only the third time', () => {
    expect(reactTo({ code: 'CalendarGone' }, 2, 0.5)).toMatchObject({ kind: 'retry' });
    expect(reactTo({ code: 'CalendarGone' }, 3, 0.5)).toEqual({ kind: 'calendar-gone' });
  });

  it('waits for everybody when our client is refused, and parks and suspends nobody', () => {
    for (const attempt of [1, 5, 100])
      expect(reactTo({ code: 'ClientRefused' }, attempt, 0)).toMatchObject({ kind: 'wait', bucket: 'project' });
  });

  it('suspends at once when the grant is dead or too small', () => {
    expect(reactTo({ code: 'AccessRevoked' }, 1, 0)).toEqual({ kind: 'suspend', reason: 'access-revoked' });
    expect(reactTo({ code: 'ConsentTooSmall' }, 1, 0)).toEqual({ kind: 'suspend', reason: 'consent-too-small' });
  });
});

describe('a channel', () => {
  it('is renewed between half and four fifths of the lifetime that was granted', () => {
    const opened = new Date('2026-11-22T00:00:00Z');
    const expires = new Date('2026-11-23T00:00:00Z');
    fc.assert(
      fc.property(random, (chance) => {
        const hours = (renewAt(opened, expires, chance).getTime() - opened.getTime()) / 3_600_000;
        expect(hours).toBeGreaterThanOrEqual(12);
        expect(hours).toBeLessThanOrEqual(19.2);
      }),
    );
  });
});

describe('a listing of calendars', () => {
  const work: ListedCalendar = {
    providerCalendarId: 'work',
    title: 'Work',
    timeZone: 'UTC',
    accessRole: 'owner',
    primary: false,
    hidden: false,
  };
  const known = [{ calendarId: 'ours', connectionId: 'c1', active: true, listed: work }];

  it('adds what is new and names what changed', () => {
    const listing = {
      calendars: [
        { ...work, title: 'Office' },
        { ...work, providerCalendarId: 'home' },
      ],
      removed: [],
      full: false,
    };
    expect(compareListing(listing, known, 'c1')).toMatchObject([
      { kind: 'changed', calendarId: 'ours', changed: ['title'] },
      { kind: 'added', calendar: { providerCalendarId: 'home' } },
    ]);
  });

  it('takes absence for removal only when it is full', () => {
    expect(compareListing({ calendars: [], removed: [], full: false }, known, 'c1')).toEqual([]);
    expect(compareListing({ calendars: [], removed: [], full: true }, known, 'c1')).toEqual([
      { kind: 'removed', calendarId: 'ours' },
    ]);
  });

  it('leaves a calendar that rests alone until the provider has something new to say of it', () => {
    const resting = known.map((calendar) => ({ ...calendar, active: false, resting: true }));
    expect(compareListing({ calendars: [work], removed: [], full: true }, resting, 'c1')).toEqual([]);
    const anew = [{ kind: 'added' }];
    expect(compareListing({ calendars: [work], removed: [], full: false }, resting, 'c1')).toMatchObject(anew);
    const renamed = { calendars: [{ ...work, title: 'Office' }], removed: [], full: true };
    expect(compareListing(renamed, resting, 'c1')).toMatchObject(anew);
    const rested = resting.map((calendar) => ({ ...calendar, resting: false }));
    expect(compareListing({ calendars: [work], removed: [], full: true }, rested, 'c1')).toMatchObject(anew);
    expect(compareListing({ calendars: [work], removed: [], full: true }, resting, 'c2')).toMatchObject(anew);
  });

  it('lets go what shows nothing but busy times', () => {
    const busyOnly = { calendars: [{ ...work, accessRole: 'freeBusyReader' }], removed: [], full: false };
    expect(compareListing(busyOnly, known, 'c1')).toEqual([{ kind: 'removed', calendarId: 'ours' }]);
    expect(compareListing(busyOnly, [], 'c1')).toEqual([]);
  });

  it('adds again what comes through another connection of the account', () => {
    expect(compareListing({ calendars: [work], removed: [], full: true }, known, 'c2')).toEqual([
      { kind: 'added', calendar: work },
    ]);
  });
});

import type { CalendarProvider, ChangePage, Credentials, PullPosition } from './calendar-provider';
import type { SeenEntry } from './entry-snapshot';

/** A provider's account on a server of this machine, and the strings that break it. */
export interface ProviderBench {
  provider: CalendarProvider;
  credentials: Credentials;
  account: string;
  providerCalendarId: string;
  /** Where pushes would go. */
  address: string;
  addEntry(title: string): Promise<string>;
  addSeries(title: string): Promise<{ seriesId: string; cancelOneInstance(): Promise<void> }>;
  deleteEntry(providerEntryId: string): Promise<void>;
  make: {
    pagesSmallAndSometimesEmpty(): Promise<void>;
    theCursorExpire(): Promise<void>;
    theGrantDie(): Promise<void>;
    theUserRunOutOfCalls(retryAfterSeconds: number): Promise<void>;
    theServerFail(): Promise<void>;
    theAnswerBreakOff(): Promise<void>;
    theCalendarDisappear(): Promise<void>;
    pushUnsupported(): Promise<void>;
  };
  close(): Promise<void>;
}

/** What every adapter must do, whatever its provider. Run with jest: `calendarProviderConformance('google', startBench)`. */
export function calendarProviderConformance(name: string, start: () => Promise<ProviderBench>) {
  describe(`${name} as a calendar provider`, () => {
    let bench: ProviderBench;

    beforeEach(async () => {
      bench = await start();
    });
    afterEach(() => bench.close());

    const pages = async (position: PullPosition = {}): Promise<ChangePage[]> => {
      const found: ChangePage[] = [];
      for await (const page of bench.provider.changesSince(bench.credentials, bench.providerCalendarId, position))
        found.push(page);
      return found;
    };
    const items = (found: ChangePage[]): SeenEntry[] => found.flatMap((page) => page.items);
    const cursorOf = (found: ChangePage[]) => found.at(-1)!.nextCursor!;
    const pull = () => pages();
    const watch = (channelId: string) =>
      bench.provider.openWatch(bench.credentials, bench.providerCalendarId, {
        channelId,
        token: 'token',
        address: bench.address,
        ttlSeconds: 3600,
      });

    test('it names the account and lists its calendars, the primary one among them', async () => {
      expect((await bench.provider.account(bench.credentials)).account).toBe(bench.account);
      const listed = [];
      for await (const page of bench.provider.calendars(bench.credentials)) listed.push(...page.calendars);
      expect(listed).toContainEqual(
        expect.objectContaining({ providerCalendarId: bench.providerCalendarId, primary: true }),
      );
    });

    test('a first pull brings every entry and ends with a cursor', async () => {
      const first = await bench.addEntry('Lunch');
      const second = await bench.addEntry('Dinner');
      const found = await pages();
      expect(items(found).map((item) => item.providerEntryId)).toEqual(expect.arrayContaining([first, second]));
      expect(cursorOf(found)).toEqual(expect.any(String));
    });

    test('a later pull brings only what changed, deletions included', async () => {
      const kept = await bench.addEntry('Kept');
      const doomed = await bench.addEntry('Doomed');
      const cursor = cursorOf(await pages());
      await bench.deleteEntry(doomed);
      const added = await bench.addEntry('Added');
      const seen = items(await pages({ cursor }));
      expect(seen.map((item) => [item.providerEntryId, item.cancelled])).toEqual(
        expect.arrayContaining([
          [doomed, true],
          [added, false],
        ]),
      );
      expect(seen.map((item) => item.providerEntryId)).not.toContain(kept);
    });

    test('a series comes as its master, and a cancelled instance as an exception of it', async () => {
      const { seriesId, cancelOneInstance } = await bench.addSeries('Standup');
      await cancelOneInstance();
      const seen = items(await pages());
      expect(seen.find((item) => item.providerEntryId === seriesId)?.snapshot?.recurrence?.[0]).toMatch(/^RRULE:/);
      expect(seen.find((item) => item.providerSeriesId === seriesId)).toMatchObject({
        cancelled: true,
        originalStart: expect.anything(),
      });
    });

    test('pages are followed by their token, over empty ones, and a pull resumes in the middle', async () => {
      for (let number = 0; number < 7; number++) await bench.addEntry(`Entry ${number}`);
      await bench.make.pagesSmallAndSometimesEmpty();
      const whole = await pages();
      expect(whole.length).toBeGreaterThan(1);
      expect(whole.filter((page) => page.nextCursor !== undefined)).toEqual([whole.at(-1)]);
      const resumed = await pages({ pageToken: whole[0]!.nextPageToken! });
      const ids = (found: ChangePage[]) => new Set(items(found).map((item) => item.providerEntryId));
      expect(new Set([...ids([whole[0]!]), ...ids(resumed)])).toEqual(ids(whole));
    });

    test('a cursor that is of no more use is CursorExpired', async () => {
      const cursor = cursorOf(await pages());
      await bench.make.theCursorExpire();
      await expect(pages({ cursor })).rejects.toMatchObject({ code: 'CursorExpired' });
    });

    test('a dead grant is AccessRevoked', async () => {
      await bench.make.theGrantDie();
      await expect(pull()).rejects.toMatchObject({ code: 'AccessRevoked' });
    });

    test('a spent limit is RateLimited and says when to come back', async () => {
      await bench.make.theUserRunOutOfCalls(7);
      await expect(pull()).rejects.toMatchObject({ code: 'RateLimited', scope: 'user', retryAfterMs: 7000 });
    });

    test('a failing server is ProviderUnavailable, and the call was made once', async () => {
      await bench.make.theServerFail();
      await expect(pull()).rejects.toMatchObject({ code: 'ProviderUnavailable' });
    });

    test('an answer that breaks off is ProviderUnavailable', async () => {
      await bench.make.theAnswerBreakOff();
      await expect(pull()).rejects.toMatchObject({ code: 'ProviderUnavailable' });
    });

    test('a calendar that disappeared is CalendarGone', async () => {
      await bench.make.theCalendarDisappear();
      await expect(pull()).rejects.toMatchObject({ code: 'CalendarGone' });
    });

    test('a watch is opened and stopped, and stopping it again finds it gone', async () => {
      const { resourceId, expiresAt } = await watch('channel-1');
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
      expect(await bench.provider.stopWatch(bench.credentials, { channelId: 'channel-1', resourceId })).toBe('stopped');
      expect(await bench.provider.stopWatch(bench.credentials, { channelId: 'channel-1', resourceId })).toBe(
        'was-gone',
      );
    });

    test('a channel id that was used before is ChannelIdTaken', async () => {
      await watch('channel-1');
      await expect(watch('channel-1')).rejects.toMatchObject({ code: 'ChannelIdTaken' });
    });

    test('a calendar that sends no pushes is WatchNotSupported', async () => {
      await bench.make.pushUnsupported();
      await expect(watch('channel-1')).rejects.toMatchObject({ code: 'WatchNotSupported' });
    });

    test('a revoked grant is dead, and revoking it twice is no failure', async () => {
      await bench.provider.revoke(bench.credentials);
      await bench.provider.revoke(bench.credentials);
      await expect(pull()).rejects.toMatchObject({ code: 'AccessRevoked' });
    });

    test('no failure carries the grant', async () => {
      await bench.make.theServerFail();
      const failure: unknown = await pull().catch((error: unknown) => error);
      const shown =
        JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + (failure instanceof Error ? failure.stack : '');
      expect(shown).not.toContain(bench.credentials.refreshToken);
    });
  });
}

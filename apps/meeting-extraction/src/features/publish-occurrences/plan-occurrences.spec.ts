import { meetingIdOf } from '@calendar-sync/contracts-meeting-extraction';
import { assessMeeting } from '@calendar-sync/meeting-intelligence';
import { entryIdOf } from '@calendar-sync/contracts-sync';
import type { MeetingAbout, MeetingDetails } from '../../domain/meeting';
import { type Family, type KnownSeries, type OccurrencePlan, planOccurrences, type Span } from './plan-occurrences';

const calendarId = '22222222-2222-5222-8222-222222222222';
const at = (text: string) => Date.parse(text);
const about = (providerEntryId: string): MeetingAbout => {
  const entryId = entryIdOf(calendarId, providerEntryId);
  return { ownerId: 'ada', calendarId, entryId, meetingId: meetingIdOf(entryId), providerEntryId, family: 'family' };
};
const details: MeetingDetails = {
  title: 'Standup',
  start: { dateTime: '2026-11-23T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-11-23T09:15:00+01:00', timeZone: 'Europe/Berlin' },
  recurrence: ['RRULE:FREQ=DAILY'],
  reasons: ['has-other-attendees'],
};
const series = (more: Partial<MeetingDetails> = {}, providerEntryId = 'abc'): KnownSeries => ({
  about: about(providerEntryId),
  meeting: { ...details, ...more },
});
const span: Span = {
  from: at('2026-11-24T12:00:00Z'),
  to: at('2026-11-27T12:00:00Z'),
  anew: true,
  timeZone: 'UTC',
  most: 100,
};
const plan = (family: Partial<Family>, more: Partial<Span> = {}): OccurrencePlan =>
  planOccurrences({ series: [], own: [], published: [], ...family }, { ...span, ...more });
const publishedBy = ({ follow }: OccurrencePlan): Family['published'] =>
  follow.flatMap(({ about: of, verdict }) => ('meeting' in verdict ? [{ about: of, meeting: verdict.meeting }] : []));
const idsOf = ({ follow }: OccurrencePlan) => follow.map(({ about: of }) => of.providerEntryId);
const ofDays = (...days: number[]) => days.map((day) => `abc_202611${day}T080000Z`);

describe('The occurrences of a series', () => {
  it('are those that are not over, up to the horizon, each under the id that it keeps', () => {
    const { follow, next } = plan({ series: [series()] });
    expect(idsOf({ follow, unusable: 0 })).toEqual(ofDays(25, 26, 27));
    expect(follow[0]).toMatchObject({
      about: {
        entryId: entryIdOf(calendarId, 'abc_20261125T080000Z'),
        meetingId: meetingIdOf(entryIdOf(calendarId, 'abc_20261125T080000Z')),
        seriesId: about('abc').entryId,
        fromSeries: true,
      },
      verdict: {
        meeting: { title: 'Standup', start: { dateTime: '2026-11-25T09:00:00+01:00', timeZone: 'Europe/Berlin' } },
      },
    });
    expect(follow[0]?.verdict).not.toHaveProperty('meeting.recurrence');
    expect(next).toBe(at('2026-11-28T08:00:00Z'));
  });

  it('have each a key of its own, which an entry of their own would have too', () => {
    const iCalUid = 'uid@google.com';
    const of = (more: Partial<MeetingDetails>) =>
      plan({ series: [series({ meetingKey: iCalUid, ...more })] }).follow.map(
        ({ about: { originalStart }, verdict }) => ({
          told: 'meeting' in verdict && verdict.meeting.meetingKey,
          own: assessMeeting({ status: 'confirmed', iCalUid, ...(originalStart && { originalStart }) }).meetingKey,
        }),
      );
    for (const { told, own } of [...of({}), ...of({ start: { date: '2026-11-23' }, end: { date: '2026-11-24' } })])
      expect(told).toBe(own);
    expect(of({})[0]?.told).toBe('uid@google.com@2026-11-25T08:00:00Z');
  });

  it('one that is under way is among them, what is over is not', () => {
    expect(idsOf(plan({ series: [series()] }, { from: at('2026-11-25T08:10:00Z') }))).toEqual(ofDays(25, 26, 27));
    expect(idsOf(plan({ series: [series()] }, { from: at('2026-11-25T08:15:00Z') }))).toEqual(ofDays(26, 27));
  });

  it('that were told of are not told of again', () => {
    const published = publishedBy(plan({ series: [series()] }));
    expect(plan({ series: [series()], published }).follow).toEqual([]);
  });

  it('come one by one as time goes on: only what begins after what was told of', () => {
    const later = plan({ series: [series()] }, { anew: false, from: span.to, to: span.to + 86_400_000 });
    expect(idsOf(later)).toEqual(ofDays(28));
  });

  it('change with it, and are given up where it has none any more', () => {
    const published = publishedBy(plan({ series: [series()] }));
    const renamed = series({ title: 'Daily', recurrence: ['RRULE:FREQ=DAILY;UNTIL=20261126T235959Z'] });
    const { follow, next, overAt } = plan({ series: [renamed], published });
    expect(follow.map(({ verdict }) => ('meeting' in verdict ? verdict.meeting.title : verdict.noMeeting))).toEqual([
      'Daily',
      'Daily',
      'no_longer_in_series',
    ]);
    expect(next).toBeUndefined();
    expect(overAt).toBe(at('2026-11-26T08:15:00Z'));
  });

  it('are given up for its own reason when it is no meeting any more', () => {
    const published = publishedBy(plan({ series: [series()] }));
    const noMeeting = { noMeeting: 'declined_by_self', why: [{ code: 'declined_by_self', sentence: 'He declined.' }] };
    const { follow } = plan({ series: [{ about: about('abc'), noMeeting }], published });
    expect(follow.map(({ verdict }) => verdict)).toEqual(Array(3).fill(noMeeting));
  });

  it('are other ones when its time is moved, because each is named by its place', () => {
    const published = publishedBy(plan({ series: [series()] }));
    const moved = series({
      start: { dateTime: '2026-11-23T10:00:00+01:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2026-11-23T10:15:00+01:00', timeZone: 'Europe/Berlin' },
    });
    const { follow } = plan({ series: [moved], published });
    expect(follow.map(({ about: { providerEntryId }, verdict }) => [providerEntryId, 'meeting' in verdict])).toEqual(
      [25, 26, 27].flatMap((day) => [
        [`abc_202611${day}T080000Z`, false],
        [`abc_202611${day}T090000Z`, true],
      ]),
    );
  });

  it('that went their own way are left out, by their id and by their place', () => {
    const byId = { meetingId: meetingIdOf(entryIdOf(calendarId, 'abc_20261125T080000Z')) };
    const byPlace = { meetingId: 'other', originalStart: { dateTime: '2026-11-26T08:00:00Z' } };
    expect(idsOf(plan({ series: [series()], own: [byId, byPlace] }))).toEqual(ofDays(27));
  });

  describe('after a split', () => {
    const first = series({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20261125T235959Z'] });
    const second = series(
      {
        start: { dateTime: '2026-11-26T09:00:00+01:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-11-26T09:15:00+01:00', timeZone: 'Europe/Berlin' },
      },
      'abc_R20261126T080000Z',
    );

    it('are the same meetings, of another series', () => {
      const published = publishedBy(plan({ series: [series()] }));
      const { follow } = plan({ series: [first, second], published });
      expect(follow.map(({ about: of, verdict }) => [of.providerEntryId, of.seriesId, 'meeting' in verdict])).toEqual(
        ofDays(26, 27).map((id) => [id, second.about.entryId, true]),
      );
    });

    it('are those of the later part where the end of the earlier has not been heard of yet', () => {
      const { follow } = plan({ series: [second, series()] });
      expect(follow.map(({ about: of }) => of.seriesId)).toEqual([
        first.about.entryId,
        second.about.entryId,
        second.about.entryId,
      ]);
    });
  });

  it('of all days are those that are not over anywhere', () => {
    const allDay = series({ start: { date: '2026-11-23' }, end: { date: '2026-11-24' } });
    const of = (from: string) => idsOf(plan({ series: [allDay] }, { from: at(from), to: at('2026-11-26T00:00:00Z') }));
    expect(of('2026-11-25T11:59:00Z')).toEqual(['abc_20261124', 'abc_20261125']);
    expect(of('2026-11-25T12:00:00Z')).toEqual(['abc_20261125']);
  });

  it('that are too many, or follow from a broken rule, are none, and are counted', () => {
    for (const recurrence of [['RRULE:FREQ=MINUTELY'], ['RRULE:FREQ=NEVER']]) {
      expect(plan({ series: [series({ recurrence })] })).toEqual({ follow: [], unusable: 1 });
    }
  });

  it('of a rule that never matches are looked for again, but not for centuries', () => {
    const never = series({ recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] });
    const { follow, next } = plan({ series: [never] });
    expect(follow).toEqual([]);
    expect(next).toBeLessThan(span.to + 401 * 86_400_000);
  });
});

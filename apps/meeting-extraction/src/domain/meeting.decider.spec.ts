import { given } from '@calendar-sync/event-sourcing-core';
import { type FollowSeries, meeting, type MeetingEvent, type RecordVerdict, type Verdict } from './meeting.decider';
import type { MeetingAbout, MeetingDetails } from './meeting';

const about: MeetingAbout = { ownerId: 'ada', calendarId: 'calendar', meetingId: 'meeting', entryId: 'entry' };
const instance: MeetingAbout = { ...about, seriesId: 'series', originalStart: { dateTime: '2026-11-30T09:00:00Z' } };
const standup: MeetingDetails = {
  title: 'Standup',
  start: { dateTime: '2026-11-30T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-11-30T09:15:00+01:00', timeZone: 'Europe/Berlin' },
  reasons: ['has-other-attendees'],
};
const link = { url: 'https://zoom.us/j/123456789', provider: 'zoom', source: 'location' as const };

const record = (verdict: Verdict, of = about, seriesMeets = false): RecordVerdict => ({
  type: 'RecordVerdict',
  data: { about: of, verdict, seriesMeets },
});
const scheduled = (details = standup, of = about): MeetingEvent => ({
  type: 'MeetingScheduled',
  data: { about: of, meeting: details },
});
const cancelled = (reason: string, of = about): MeetingEvent => ({
  type: 'MeetingCancelled',
  data: { about: of, reason },
});
const setAside = (reason: string): MeetingEvent => ({ type: 'InstanceSetAside', data: { about: instance, reason } });

describe('A meeting', () => {
  it('is scheduled when its entry is seen to be one', () => {
    given(meeting)
      .when(record({ meeting: standup }))
      .then(scheduled());
  });

  it('is not told of twice', () => {
    given(meeting, scheduled())
      .when(record({ meeting: standup }))
      .thenNothing();
  });

  it('is the same at the same instant, whatever the offset it is written with', () => {
    const sameInstant = { ...standup, start: { ...standup.start, dateTime: '2026-11-30T08:00:00Z' } };
    given(meeting, scheduled())
      .when(record({ meeting: sameInstant }))
      .thenNothing();
  });

  it('is rescheduled when its time moves', () => {
    const later = { ...standup, start: { dateTime: '2026-11-30T10:00:00+01:00', timeZone: 'Europe/Berlin' } };
    given(meeting, scheduled())
      .when(record({ meeting: later }))
      .then({
        type: 'MeetingRescheduled',
        data: { about, meeting: later, previous: { start: standup.start, end: standup.end } },
      });
  });

  it('is rescheduled when its rule changes', () => {
    const weekly = { ...standup, recurrence: ['RRULE:FREQ=WEEKLY'] };
    const daily = { ...standup, recurrence: ['RRULE:FREQ=DAILY'] };
    given(meeting, scheduled(weekly))
      .when(record({ meeting: daily }))
      .then({
        type: 'MeetingRescheduled',
        data: {
          about,
          meeting: daily,
          previous: { start: standup.start, end: standup.end, recurrence: ['RRULE:FREQ=WEEKLY'] },
        },
      });
  });

  it('says which fields changed, with what they were', () => {
    const linked = { ...standup, title: 'Daily', join: link };
    given(meeting, scheduled())
      .when(record({ meeting: linked }))
      .then({
        type: 'MeetingChanged',
        data: {
          about,
          meeting: linked,
          changed: [
            { field: 'title', old: 'Standup', new: 'Daily' },
            { field: 'join', new: link },
          ],
        },
      });
  });

  it('says what else is known of it now, but not that the same was worded otherwise', () => {
    const why = (sentence: string) => [{ code: 'found_in_location', sentence }];
    const known = { ...standup, links: [{ ...link, why: why('It stands in location.') }], why: why('Two come.') };
    given(meeting, scheduled())
      .when(record({ meeting: { ...known, confidence: 0.9 } }))
      .then({
        type: 'MeetingChanged',
        data: {
          about,
          meeting: { ...known, confidence: 0.9 },
          changed: [
            { field: 'links', new: known.links },
            { field: 'confidence', new: 0.9 },
          ],
        },
      });
    given(meeting, scheduled(known))
      .when(record({ meeting: { ...known, links: [{ ...link, why: why('Found there.') }], why: why('They come.') } }))
      .thenNothing();
  });

  it('says both when it moves and changes at once', () => {
    const other = { ...standup, title: 'Daily', end: { date: '2026-12-01' }, start: { date: '2026-11-30' } };
    given(meeting, scheduled())
      .when(record({ meeting: other }))
      .then(
        {
          type: 'MeetingRescheduled',
          data: { about, meeting: other, previous: { start: standup.start, end: standup.end } },
        },
        {
          type: 'MeetingChanged',
          data: { about, meeting: other, changed: [{ field: 'title', old: 'Standup', new: 'Daily' }] },
        },
      );
  });

  it('is cancelled when its entry is no meeting any more', () => {
    given(meeting, scheduled())
      .when(record({ noMeeting: 'declined-by-owner' }))
      .then(cancelled('declined-by-owner'));
  });

  it('is cancelled with what there is to say about it', () => {
    const why = [{ code: 'declined_by_self', sentence: 'Its owner declined.' }];
    given(meeting, scheduled())
      .when(record({ noMeeting: 'declined_by_self', why }))
      .then({ type: 'MeetingCancelled', data: { about, reason: 'declined_by_self', why } });
  });

  it('is cancelled once, and scheduled again when its entry comes back', () => {
    given(meeting, scheduled(), cancelled('cancelled'))
      .when(record({ noMeeting: 'cancelled' }))
      .thenNothing();
    given(meeting, scheduled(), cancelled('cancelled'))
      .when(record({ meeting: standup }))
      .then(scheduled());
  });

  it('is nothing to speak of when it never was one', () => {
    given(meeting)
      .when(record({ noMeeting: 'solo-without-link' }))
      .thenNothing();
  });
});

describe('An instance of a series', () => {
  it('is a meeting of its own when it differs', () => {
    given(meeting)
      .when(record({ meeting: standup }, instance, true))
      .then(scheduled(standup, instance));
  });

  it('is cancelled for those who know the series, though it was never told of', () => {
    given(meeting)
      .when(record({ noMeeting: 'cancelled' }, instance, true))
      .then(cancelled('cancelled', instance));
  });

  it('is set aside while its series is no meeting, as long as the reason stays', () => {
    given(meeting)
      .when(record({ noMeeting: 'cancelled' }, instance))
      .then(setAside('cancelled'));
    given(meeting, setAside('cancelled'))
      .when(record({ noMeeting: 'cancelled' }, instance))
      .thenNothing();
    given(meeting, setAside('declined-by-owner'))
      .when(record({ noMeeting: 'cancelled' }, instance))
      .then(setAside('cancelled'));
  });

  it('that was set aside is cancelled when its series becomes a meeting', () => {
    given(meeting, setAside('cancelled')).when({ type: 'JoinSeries' }).then(cancelled('cancelled', instance));
  });

  it('that meets by itself is not touched by what becomes of its series', () => {
    given(meeting, scheduled(standup, instance)).when({ type: 'JoinSeries' }).thenNothing();
    given(meeting).when({ type: 'JoinSeries' }).thenNothing();
  });

  describe('whose date a split gave to another series', () => {
    const there: MeetingAbout = { ...instance, seriesId: 'series split off' };

    it('says that it is an instance of that one, with nothing else changed', () => {
      given(meeting, scheduled(standup, instance))
        .when(record({ meeting: standup }, there))
        .then({
          type: 'MeetingChanged',
          data: {
            about: there,
            meeting: standup,
            changed: [{ field: 'seriesId', old: 'series', new: 'series split off' }],
          },
        });
    });

    it('is cancelled there, though it was cancelled before, and once', () => {
      given(meeting, cancelled('entry-cancelled', instance))
        .when(record({ noMeeting: 'entry-cancelled' }, there, true))
        .then(cancelled('entry-cancelled', there));
      given(meeting, cancelled('entry-cancelled', instance), cancelled('entry-cancelled', there))
        .when(record({ noMeeting: 'entry-cancelled' }, there, true))
        .thenNothing();
    });

    it('is set aside there as long as that series is no meeting', () => {
      given(meeting, setAside('entry-cancelled'))
        .when(record({ noMeeting: 'entry-cancelled' }, there))
        .then({ type: 'InstanceSetAside', data: { about: there, reason: 'entry-cancelled' } });
    });
  });
});

describe('An occurrence as its series gives it', () => {
  const occurrence: MeetingAbout = { ...instance, fromSeries: true };
  const follow = (verdict: Verdict, of = occurrence): FollowSeries => ({
    type: 'FollowSeries',
    data: { about: of, verdict },
  });
  const later = { ...standup, start: { dateTime: '2026-11-30T10:00:00+01:00', timeZone: 'Europe/Berlin' } };
  const previous = { start: standup.start, end: standup.end };

  it('is scheduled, and not told of twice', () => {
    given(meeting)
      .when(follow({ meeting: standup }))
      .then(scheduled(standup, occurrence));
    given(meeting, scheduled(standup, occurrence))
      .when(follow({ meeting: standup }))
      .thenNothing();
  });

  it('changes with its series, by what really changed', () => {
    given(meeting, scheduled(standup, occurrence))
      .when(follow({ meeting: { ...standup, title: 'Daily' } }))
      .then({
        type: 'MeetingChanged',
        data: {
          about: occurrence,
          meeting: { ...standup, title: 'Daily' },
          changed: [{ field: 'title', old: 'Standup', new: 'Daily' }],
        },
      });
  });

  it('is cancelled with its series, once, and scheduled again when that comes back', () => {
    given(meeting, scheduled(standup, occurrence))
      .when(follow({ noMeeting: 'declined' }))
      .then(cancelled('declined', occurrence));
    given(meeting)
      .when(follow({ noMeeting: 'declined' }))
      .thenNothing();
    given(meeting, scheduled(standup, occurrence), cancelled('declined', occurrence))
      .when(follow({ noMeeting: 'declined' }))
      .thenNothing();
    given(meeting, scheduled(standup, occurrence), cancelled('declined', occurrence))
      .when(follow({ meeting: standup }))
      .then(scheduled(standup, occurrence));
  });

  it('is given to another series by a split without being cancelled', () => {
    const there = { ...occurrence, seriesId: 'series split off' };
    given(meeting, scheduled(standup, occurrence))
      .when(follow({ meeting: standup }, there))
      .then({
        type: 'MeetingChanged',
        data: {
          about: there,
          meeting: standup,
          changed: [{ field: 'seriesId', old: 'series', new: 'series split off' }],
        },
      });
  });

  it('is the same meeting when it is moved on its own: rescheduled, not scheduled a second time', () => {
    given(meeting, scheduled(standup, occurrence))
      .when(record({ meeting: later }, instance, true))
      .then({ type: 'MeetingRescheduled', data: { about: instance, meeting: later, previous } });
  });

  it('says that it went its own way, even where a meeting shows no difference', () => {
    given(meeting, scheduled(standup, occurrence))
      .when(record({ meeting: standup }, instance, true))
      .then({
        type: 'MeetingChanged',
        data: { about: instance, meeting: standup, changed: [{ field: 'fromSeries', old: true }] },
      });
  });

  it('is cancelled when its own entry is', () => {
    given(meeting, scheduled(standup, occurrence))
      .when(record({ noMeeting: 'cancelled' }, instance, true))
      .then(cancelled('cancelled', instance));
  });

  it('follows its series no more once it has an entry of its own, whatever that says', () => {
    for (const own of [scheduled(later, instance), cancelled('cancelled', instance), setAside('cancelled')]) {
      given(meeting, scheduled(standup, occurrence), own)
        .when(follow({ meeting: standup }))
        .thenNothing();
      given(meeting, scheduled(standup, occurrence), own)
        .when(follow({ noMeeting: 'declined' }))
        .thenNothing();
    }
  });

  it('that its series had given up stays away for those who know the series when its own entry is cancelled', () => {
    given(meeting, scheduled(standup, occurrence), cancelled('no_longer_in_series', occurrence))
      .when(record({ noMeeting: 'cancelled' }, instance, true))
      .then(cancelled('cancelled', instance));
    given(meeting, scheduled(standup, occurrence), cancelled('no_longer_in_series', occurrence))
      .when(record({ noMeeting: 'cancelled' }, instance))
      .then(setAside('cancelled'));
  });

  it('that its series had given up is scheduled when it meets by itself', () => {
    given(meeting, scheduled(standup, occurrence), cancelled('no_longer_in_series', occurrence))
      .when(record({ meeting: standup }, instance, true))
      .then(scheduled(standup, instance));
  });
});

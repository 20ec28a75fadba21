import {
  MeetingCancelledV1,
  MeetingChangedV1,
  MeetingRescheduledV1,
  meetings,
  MeetingScheduledV1,
  type MeetingV1,
} from '@calendar-sync/contracts-meeting-extraction';
import { keepPrivate, publications, publish } from '@calendar-sync/kafka';
import type { MeetingAbout, MeetingDetails } from '../domain/meeting';
import type {
  MeetingCancelled,
  MeetingChanged,
  MeetingEvent,
  MeetingRescheduled,
  MeetingScheduled,
} from '../domain/meeting.decider';

const headOf = ({ ownerId, calendarId, meetingId }: MeetingAbout) => ({ ownerId, calendarId, meetingId });

const instanceOf = ({ seriesId, originalStart, fromSeries }: MeetingAbout) => ({
  ...(seriesId === undefined ? {} : { seriesId }),
  ...(originalStart === undefined ? {} : { originalStart }),
  ...(fromSeries === undefined ? {} : { fromSeries }),
});

const meetingOf = (about: MeetingAbout, details: MeetingDetails): MeetingV1 => ({
  meetingId: about.meetingId,
  entryId: about.entryId,
  ...(about.providerEntryId === undefined ? {} : { providerEntryId: about.providerEntryId }),
  calendarId: about.calendarId,
  ...instanceOf(about),
  ...details,
});

export const meetingPublications = publications<MeetingEvent>({
  MeetingScheduled: publish(meetings, MeetingScheduledV1, ({ about, meeting }: MeetingScheduled['data']) => ({
    ...headOf(about),
    meeting: meetingOf(about, meeting),
  })),
  MeetingRescheduled: publish(
    meetings,
    MeetingRescheduledV1,
    ({ about, meeting, previous }: MeetingRescheduled['data']) => ({
      ...headOf(about),
      meeting: meetingOf(about, meeting),
      previous,
    }),
  ),
  MeetingChanged: publish(meetings, MeetingChangedV1, ({ about, meeting, changed }: MeetingChanged['data']) => ({
    ...headOf(about),
    meeting: meetingOf(about, meeting),
    changed,
  })),
  MeetingCancelled: publish(meetings, MeetingCancelledV1, ({ about, reason, why }: MeetingCancelled['data']) => ({
    ...headOf(about),
    entryId: about.entryId,
    ...instanceOf(about),
    reason,
    ...(why === undefined ? {} : { why }),
  })),
  InstanceSetAside: keepPrivate,
});

import type { Decider } from '@calendar-sync/event-sourcing-core';
import {
  type ChangedField,
  changedFields,
  isMoved,
  type MeetingAbout,
  type MeetingDetails,
  type MeetingTime,
  type Reason,
} from './meeting';

export type Verdict = { meeting: MeetingDetails } | NoMeeting;
/** The code that weighs most, and all in sentences. */
export interface NoMeeting {
  noMeeting: string;
  why?: Reason[];
}

/** An entry as it is now, and what it was taken for. */
export interface RecordVerdict {
  type: 'RecordVerdict';
  data: {
    about: MeetingAbout;
    verdict: Verdict;
    /** The series that the entry is an instance of is a meeting at present. */
    seriesMeets: boolean;
  };
}
/** The series of this instance has become a meeting. */
export interface JoinSeries {
  type: 'JoinSeries';
}
/** What its series makes of this occurrence now; `about` says so by `fromSeries`. */
export interface FollowSeries {
  type: 'FollowSeries';
  data: { about: MeetingAbout; verdict: Verdict };
}
export type MeetingCommand = RecordVerdict | JoinSeries | FollowSeries;

export interface MeetingScheduled {
  type: 'MeetingScheduled';
  data: { about: MeetingAbout; meeting: MeetingDetails };
}
export interface MeetingRescheduled {
  type: 'MeetingRescheduled';
  data: {
    about: MeetingAbout;
    meeting: MeetingDetails;
    previous: { start: MeetingTime; end: MeetingTime; recurrence?: string[] };
  };
}
export interface MeetingChanged {
  type: 'MeetingChanged';
  data: { about: MeetingAbout; meeting: MeetingDetails; changed: ChangedField[] };
}
export interface MeetingCancelled {
  type: 'MeetingCancelled';
  data: { about: MeetingAbout; reason: string; why?: Reason[] };
}
/** An instance that nobody meets for, of a series that is no meeting so far. */
export interface InstanceSetAside {
  type: 'InstanceSetAside';
  data: { about: MeetingAbout; reason: string; why?: Reason[] };
}
export type MeetingEvent = MeetingScheduled | MeetingRescheduled | MeetingChanged | MeetingCancelled | InstanceSetAside;

export type Meeting =
  | { status: 'unknown' }
  | { status: 'scheduled'; about: MeetingAbout; meeting: MeetingDetails }
  | { status: 'cancelled' | 'set-aside'; about: MeetingAbout; reason: string; why?: Reason[] };

export const initialState: Meeting = { status: 'unknown' };

export function decide(command: MeetingCommand, state: Meeting): MeetingEvent[] {
  if (command.type === 'JoinSeries') {
    if (state.status !== 'set-aside') return [];
    const { status: _setAside, ...told } = state;
    return [{ type: 'MeetingCancelled', data: told }];
  }
  if (command.type === 'FollowSeries') return follow(command.data, state);
  const { about, verdict, seriesMeets } = command.data;
  return 'meeting' in verdict ? met(about, verdict.meeting, state) : notMet(about, verdict, seriesMeets, state);
}

export function evolve(_state: Meeting, { type, data }: MeetingEvent): Meeting {
  switch (type) {
    case 'MeetingScheduled':
    case 'MeetingRescheduled':
    case 'MeetingChanged':
      return { status: 'scheduled', about: data.about, meeting: data.meeting };
    case 'MeetingCancelled':
      return { status: 'cancelled', ...data };
    case 'InstanceSetAside':
      return { status: 'set-aside', ...data };
  }
}

export const meeting: Decider<Meeting, MeetingCommand, MeetingEvent> = { initialState, evolve, decide };

function met(about: MeetingAbout, now: MeetingDetails, state: Meeting): MeetingEvent[] {
  if (state.status !== 'scheduled') return [{ type: 'MeetingScheduled', data: { about, meeting: now } }];
  const before = state.meeting;
  const events: MeetingEvent[] = [];
  if (isMoved(before, now)) {
    const { start, end, recurrence } = before;
    const previous = { start, end, ...(recurrence === undefined ? {} : { recurrence }) };
    events.push({ type: 'MeetingRescheduled', data: { about, meeting: now, previous } });
  }
  const changed = changedFields(before, now);
  if (!isOf(about, state)) changed.push(newSeries(state.about, about));
  // Whoever expands series himself has passed over it so far, so that he must hear of it even where nothing else changed.
  if (isFromSeries(state) && !about.fromSeries && events.length + changed.length === 0)
    changed.push({ field: 'fromSeries', old: true });
  if (changed.length > 0) events.push({ type: 'MeetingChanged', data: { about, meeting: now, changed } });
  return events;
}

/** An occurrence goes with its series until it has an entry of its own; then only that one speaks for it. */
function follow({ about, verdict }: FollowSeries['data'], state: Meeting): MeetingEvent[] {
  if (state.status !== 'unknown' && !isFromSeries(state)) return [];
  if ('meeting' in verdict) return met(about, verdict.meeting, state);
  if (state.status !== 'scheduled') return [];
  return [{ type: 'MeetingCancelled', data: because(about, verdict) }];
}

function notMet(about: MeetingAbout, verdict: NoMeeting, seriesMeets: boolean, state: Meeting): MeetingEvent[] {
  if (state.status === 'cancelled' && isOf(about, state) && !isFromSeries(state)) return [];
  const data = because(about, verdict);
  if (state.status === 'scheduled') return [{ type: 'MeetingCancelled', data }];
  // Whoever knows the series expects this instance, though it was never told of on its own.
  if (seriesMeets) return [{ type: 'MeetingCancelled', data }];
  // Exceptions may come before their series, which may still turn out to be a meeting.
  const isSetAside = state.status === 'set-aside' && state.reason === verdict.noMeeting && isOf(about, state);
  if (about.seriesId === undefined || isSetAside) return [];
  return [{ type: 'InstanceSetAside', data }];
}

const because = (about: MeetingAbout, { noMeeting: reason, why }: NoMeeting) => ({
  about,
  reason,
  ...(why === undefined ? {} : { why }),
});

/** False where a split has given the instance's date to another series: what was told of it says nothing of its place there. */
const isOf = ({ seriesId }: MeetingAbout, state: Exclude<Meeting, { status: 'unknown' }>) =>
  seriesId === state.about.seriesId;

const isFromSeries = (state: Meeting) => state.status !== 'unknown' && state.about.fromSeries === true;

const newSeries = ({ seriesId: old }: MeetingAbout, { seriesId: now }: MeetingAbout): ChangedField => ({
  field: 'seriesId',
  ...(old === undefined ? {} : { old }),
  ...(now === undefined ? {} : { new: now }),
});

import { v5 as uuidV5 } from 'uuid';

const MEETINGS = '0b8f0d7e-7d0c-5b5d-9a58-3a3f1a5a6c42';

/**
 * The meeting that an entry is, also of an instance of a series that has no entry and no meeting of its own yet: with `entryIdOf` of its
 * provider's instance id it has the same id before and after it goes its own way.
 */
export const meetingIdOf = (entryId: string): string => uuidV5(entryId, MEETINGS);

/** `meetingKey` of an instance, from that of its series: the same in every attendee's calendar. `originalStart` has an offset. */
export const instanceKey = (seriesKey: string, originalStart: { date: string } | { dateTime: string }): string => {
  if ('date' in originalStart) return `${seriesKey}@${originalStart.date}`;
  return `${seriesKey}@${new Date(originalStart.dateTime).toISOString().replace('.000Z', 'Z')}`;
};

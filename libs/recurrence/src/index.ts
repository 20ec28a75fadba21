export { EntryTime, instantOf, isAllDay, LocalDate, ZonedTime } from './entry-time';
export { idOfOccurrence, Instance, instanceId, instancesBetween, SeriesException, seriesRoot } from './instances';
export { lastInstant, Occurrence, occurrencesBetween, overlaps, Window } from './occurrences';
export { Series } from './series';
export { UnusableRecurrence } from './unusable-recurrence';

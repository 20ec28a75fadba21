export { assessMeeting, MeetingAssessment, Reason } from './assess-meeting';
export { AssessableEntry, Attendee, Conference, EntryPoint } from './entry';
export { JoinLink, LinkSource, readLink } from './join-links';
export { Provider } from './services/service';

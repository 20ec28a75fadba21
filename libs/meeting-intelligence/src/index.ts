export { assessMeeting } from './assess-meeting';
export { DialIn, JoinLink, LinkSource, MeetingAssessment, Nature, Reason } from './assessment';
export { AssessableEntry, Attendee, Conference, EntryPoint, EntryTime, Person } from './entry';
export { fromGoogleEvent, GoogleEvent, InvalidGoogleEvent } from './google-event';
export { InvalidMeetingServices, parseMeetingServices } from './services/customers-services';
export { knownServices } from './services/known-services';
export { MeetingService } from './services/meeting-service';

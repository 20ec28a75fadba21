import { JoinLink, MeetingAssessment, Reason } from './assessment';
import { AssessableEntry } from './entry';
import { chooseLink, joinLinksOf } from './join-links';
import { MeetingService } from './services/meeting-service';
import { meetingKeyOf } from './verdict/keys';
import { natureOf } from './verdict/nature';
import { People, peopleOf } from './verdict/people';

const sentences = {
  cancelled: 'It was cancelled.',
  declined_by_self: 'Its owner declined.',
  out_of_office: 'It says that its owner is out of office.',
  focus_time: 'It is time to work alone.',
  working_location: 'It says where its owner works.',
  birthday: 'It is a birthday.',
  holiday: 'It is a public holiday.',
  solo_without_link: 'Nobody else is there, and there is no way to join.',
  join_link_present: 'It has a link to join by.',
  dial_in_present: 'It can be joined by telephone.',
  conference_pending: 'A conference is being made for it.',
  two_or_more_attendees: 'Two or more people attend.',
};
type Code = keyof typeof sentences;

const reason = (code: Code): Reason => ({ code, sentence: sentences[code] });

const neverMeetings = new Map<string, Code>([
  ['outOfOffice', 'out_of_office'],
  ['focusTime', 'focus_time'],
  ['workingLocation', 'working_location'],
  ['birthday', 'birthday'],
]);

const holidayCalendar = /#holiday@group\.v\.calendar\.google\.com$/;

const ruledOut = (entry: AssessableEntry, { ownResponse }: People): Code | undefined => {
  if (entry.status === 'cancelled') return 'cancelled';
  if (ownResponse === 'declined') return 'declined_by_self';
  if ([entry.organizer?.email, entry.providerCalendarId].some((id) => holidayCalendar.test(id ?? ''))) return 'holiday';
  return neverMeetings.get(entry.kind ?? 'default');
};

const codesOf = (entry: AssessableEntry, people: People, links: readonly JoinLink[]): Code[] => {
  const codes: Code[] = [];
  if (links.length > 0) codes.push('join_link_present');
  else if (entry.conference?.status === 'pending') codes.push('conference_pending');
  else if (entry.conference?.entryPoints.some(({ type }) => type === 'phone' || type === 'sip'))
    codes.push('dial_in_present');
  if (entry.attendeesOmitted || people.others.size > 0) codes.push('two_or_more_attendees');
  return codes;
};

/**
 * Whether an entry is a meeting, why, and how to join it. A meeting is what people attend together, with a link or without one, and a
 * block of one's own that has a way to join.
 */
export const assessMeeting = (entry: AssessableEntry, _services?: readonly MeetingService[]): MeetingAssessment => {
  const people = peopleOf(entry);
  const found = joinLinksOf(entry);
  const chosen = chooseLink(found);
  const links = [...(chosen ? [chosen] : []), ...found.filter((link) => link !== chosen)].map((link): JoinLink => ({
    ...link,
    why: [{ code: `found_in_${link.source}`, sentence: `It stands in ${link.source}.` }],
  }));
  const against = ruledOut(entry, people);
  const codes = against === undefined ? codesOf(entry, people, links) : [against];
  const isMeeting = against === undefined && codes.length > 0;
  const [first] = links;
  const meetingKey = meetingKeyOf(entry);
  return {
    isMeeting,
    confidence: 0.9,
    reasons: (codes.length > 0 ? codes : (['solo_without_link'] as const)).map(reason),
    ...(first && { joinUrl: first.url, provider: first.provider }),
    ...(first?.meetingId === undefined ? {} : { meetingId: first.meetingId }),
    ...(first?.passcode === undefined ? {} : { passcode: first.passcode }),
    links,
    dialIns: [],
    ...(meetingKey === undefined ? {} : { meetingKey }),
    nature: natureOf(entry, people),
  };
};

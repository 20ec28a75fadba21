import { DialIn } from '../assessment';
import { AssessableEntry } from '../entry';
import { RankedLink, setBack } from '../links/rank';
import { People } from './people';
import { ReasonCode } from './reasons';
import { Title } from './titles';

export interface Verdict {
  isMeeting: boolean;
  confidence: number;
  codes: ReasonCode[];
}

const neverMeetings = new Map<string, ReasonCode>([
  ['outOfOffice', 'out_of_office'],
  ['focusTime', 'focus_time'],
  ['workingLocation', 'working_location'],
  ['birthday', 'birthday'],
]);

const generatedCalendar = /#(?:holiday|contacts|weeknum|sports|sunrise|moonphase)\w*@group\.v\.calendar\.google\.com$/i;
const birthdays = /#contacts@group\.v\.calendar\.google\.com$/i;

/** An active entry that other systems should act on, how sure that is, and what speaks for it. */
export const verdictOn = (
  entry: AssessableEntry,
  people: People,
  links: readonly RankedLink[],
  dialIns: readonly DialIn[],
): Verdict => {
  const title = new Title(entry.title);
  const against = ruledOut(entry, people, title);
  if (against) return { isMeeting: false, ...against };
  const ways = waysToJoin(entry, links, dialIns);
  if (people.others.size > 0 || entry.attendeesOmitted) return together(entry, people, ways, title, links);
  return alone(entry, links, ways, title);
};

const ruledOut = (
  entry: AssessableEntry,
  { ownResponse }: People,
  title: Title,
): Omit<Verdict, 'isMeeting'> | undefined => {
  if (entry.status === 'cancelled') return { confidence: 1, codes: ['cancelled'] };
  if (ownResponse === 'declined') return { confidence: 0.99, codes: ['declined_by_self'] };
  const calendars = [entry.organizer?.email, entry.providerCalendarId].map((id) => id ?? '');
  if (calendars.some((id) => birthdays.test(id))) return { confidence: 0.99, codes: ['birthday'] };
  if (calendars.some((id) => generatedCalendar.test(id))) return { confidence: 0.99, codes: ['public_holiday'] };
  const kind = neverMeetings.get(entry.kind ?? 'default');
  if (kind) return { confidence: 0.99, codes: [kind] };
  if (title.isCancelled) return { confidence: 0.93, codes: ['cancelled_in_title'] };
  if (title.isDeclined) return { confidence: 0.9, codes: ['declined_by_self'] };
  return undefined;
};

const isAllDay = ({ start }: AssessableEntry): boolean => start !== undefined && 'date' in start;

/** A number alone may be anybody's. */
const holdsCode = ({ kind, pin, accessCode, uri }: DialIn): boolean =>
  kind !== 'phone' || pin !== undefined || accessCode !== undefined || /[,;]/.test(uri);

const waysToJoin = (
  { conference, hangoutLink }: AssessableEntry,
  links: readonly RankedLink[],
  dialIns: readonly DialIn[],
): ReasonCode[] => {
  const ways = new Set<ReasonCode>();
  for (const { link, best } of links) {
    if (best.opaque) ways.add('opaque_link_present');
    else if (link.source === 'conferenceData' || link.source === 'hangoutLink') ways.add('conference_data_present');
    else if (link.source === 'location') ways.add('join_link_in_location');
    else if (link.source === 'summary') ways.add('join_link_in_title');
    else if (link.source === 'description') ways.add('join_link_in_description');
    else ways.add('join_link_attached');
  }
  if (hangoutLink !== undefined || (conference?.entryPoints.length ?? 0) > 0) ways.add('conference_data_present');
  else if (conference?.status === 'pending') ways.add('conference_pending');
  if (dialIns.some(holdsCode) || conference?.entryPoints.some(({ type }) => type === 'phone' || type === 'sip')) {
    ways.add('dial_in_present');
  }
  return [...ways];
};

const together = (
  entry: AssessableEntry,
  { comingOthers }: People,
  ways: ReasonCode[],
  title: Title,
  links: readonly RankedLink[],
): Verdict => {
  if (ways.length === 0 && title.saysNone) return { isMeeting: false, confidence: 0.8, codes: ['cancelled_in_title'] };
  const codes: ReasonCode[] = [...ways, entry.attendeesOmitted ? 'attendees_omitted' : 'two_or_more_attendees'];
  const notice = links.length === 0 && isAllDay(entry) ? title.notice : undefined;
  if (notice && !title.namesGathering) return { isMeeting: false, confidence: 0.8, codes: [notice] };
  if (links.length === 0 && (isAllDay(entry) || entry.busy === false) && title.tellsOfAbsence)
    return { isMeeting: false, confidence: 0.85, codes: ['out_of_office'] };
  if (comingOthers === 0 && !entry.attendeesOmitted) codes.push('all_others_declined');
  const doubts = [
    ways.length === 0,
    isAllDay(entry),
    entry.busy === false,
    title.namesTask,
    title.namesTimeAlone,
  ].filter(Boolean).length;
  return { isMeeting: true, confidence: Math.max(0.6, 0.98 - 0.06 * doubts - (comingOthers === 0 ? 0.2 : 0)), codes };
};

/** How much each finding speaks for a meeting of somebody who seems to be alone. Zero is as good a guess as the other. */
const alone = (entry: AssessableEntry, links: readonly RankedLink[], ways: ReasonCode[], title: Title): Verdict => {
  if (ways.length === 0) return { isMeeting: false, confidence: 0.95, codes: ['solo_without_join_link'] };
  const own = links.filter(({ best }) => setBack(best) === 0 || best.opaque);
  let weight = 0;
  const codes: ReasonCode[] = [];
  const add = (holds: boolean, points: number, ...because: ReasonCode[]) => {
    if (!holds) return;
    weight += points;
    codes.push(...because);
  };
  const has = (code: ReasonCode) => ways.includes(code);
  const { namesTask, namesGathering } = title;
  add(has('conference_data_present'), 5, 'conference_data_present');
  add(has('conference_pending'), 4, 'conference_pending');
  add(
    own.some(({ best }) => best.source === 'location'),
    3,
    'join_link_in_location',
  );
  add(
    own.some(({ best }) => best.source === 'summary'),
    1.5,
    'join_link_in_title',
  );
  const described = own.filter(({ best }) => best.source === 'description' && !best.opaque);
  add(described.length > 0, 1.5, 'join_link_in_description');
  add(
    described.some(({ best }) => best.cues.has('invited')),
    0.5,
  );
  add(
    own.some(({ best }) => ['source', 'attachment', 'extendedProperties'].includes(best.source)),
    1.5,
    'join_link_attached',
  );
  add(has('opaque_link_present') && own.length > 0 && described.length === 0, 0.5, 'opaque_link_present');
  add(has('dial_in_present'), 2, 'dial_in_present');
  add(namesGathering && !namesTask, 1.5, 'title_names_a_gathering');
  // A link in the location is where the task takes place; one in the text is what the task is about.
  add(namesTask, own.some(({ best }) => best.source === 'location') ? -1.6 : -3.2, 'title_names_a_task');
  add(title.namesTimeAlone && !namesGathering, -2, 'title_names_time_alone');
  add(title.beginsWithAbsence, -3, 'out_of_office');
  add(entry.busy === false, -0.5, 'marked_as_free');
  add(isAllDay(entry), -1, 'all_day');
  add(own.length === 0 && links.length > 0, -0.5);
  const isMeeting = weight > 0.75;
  const confidence = Math.min(0.97, 0.55 + Math.abs(weight - 0.75) * 0.12);
  const speaking = codes.filter((code) => speaksFor(code) === isMeeting);
  if (isMeeting) return { isMeeting, confidence, codes: speaking };
  return { isMeeting, confidence, codes: [namesTask ? 'note_to_self' : 'link_is_aside', ...speaking] };
};

const againstMeeting = new Set<ReasonCode>([
  'title_names_a_task',
  'title_names_time_alone',
  'out_of_office',
  'marked_as_free',
  'all_day',
]);
const speaksFor = (code: ReasonCode): boolean => !againstMeeting.has(code);

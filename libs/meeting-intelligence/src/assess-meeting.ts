import { DialIn, MeetingAssessment } from './assessment';
import { dialInOf, dialInsInText } from './context/dial-ins';
import { AssessableEntry } from './entry';
import { Findings, findCandidates } from './links/find-candidates';
import { rank } from './links/rank';
import { MeetingService } from './services/meeting-service';
import { serviceIndex } from './services/service-index';
import { meetingKeyOf } from './verdict/keys';
import { natureOf } from './verdict/nature';
import { peopleOf } from './verdict/people';
import { reason } from './verdict/reasons';
import { verdictOn } from './verdict/verdict';

/**
 * Whether an entry is a meeting, why, and how to join it. A meeting is what people attend together, with a link or without one, and a
 * block of one's own that has a way to join. Never follows a link. `services` are a customer's own, asked before the known ones: pass the
 * same list each time, as it is prepared once.
 */
export const assessMeeting = (entry: AssessableEntry, services?: readonly MeetingService[]): MeetingAssessment => {
  const found = findCandidates(entry, serviceIndex(services));
  const ranked = rank(found.candidates);
  const dialIns = dialInsOf(entry, found);
  const people = peopleOf(entry);
  const { isMeeting, confidence, codes } = verdictOn(entry, people, ranked, dialIns);
  const links = ranked.map(({ link }) => link);
  const [first] = links;
  const meetingKey = meetingKeyOf(entry);
  const roomKey = ranked[0]?.best.opaque ? undefined : ranked[0]?.best.meeting;
  // What is absent is left out without spreading objects, which takes longer than all of this.
  const verdict: Omit<MeetingAssessment, 'links' | 'dialIns' | 'nature'> = {
    isMeeting,
    confidence: Math.round(confidence * 100) / 100,
    reasons: codes.map(reason),
  };
  if (first) {
    verdict.joinUrl = first.url;
    verdict.provider = first.provider;
    if (first.meetingId !== undefined) verdict.meetingId = first.meetingId;
    if (first.passcode !== undefined) verdict.passcode = first.passcode;
  }
  const assessment = verdict as MeetingAssessment;
  assessment.links = links;
  assessment.dialIns = dialIns;
  if (meetingKey !== undefined) assessment.meetingKey = meetingKey;
  if (roomKey !== undefined) assessment.roomKey = roomKey;
  assessment.nature = natureOf(entry, people);
  return assessment;
};

/** The conference's own ways to dial in, then those that the texts tell; each once. */
const dialInsOf = ({ conference }: AssessableEntry, { candidates, texts }: Findings): DialIn[] => {
  const all = new Map<string, DialIn>();
  const add = (dialIn: DialIn) => {
    const key =
      dialIn.number === undefined
        ? dialIn.uri.toLowerCase()
        : `${dialIn.number}/${dialIn.accessCode ?? dialIn.pin ?? ''}`;
    if (!all.has(key)) all.set(key, dialIn);
  };
  for (const point of conference?.entryPoints ?? []) {
    const dialIn = dialInOf(point);
    if (dialIn) add(dialIn);
  }
  for (const text of texts) {
    if (text.source === 'summary') continue;
    const { sought, plain } = text;
    for (const dialIn of dialInsInText(sought, plain.anchors, () => text.codes, candidates.length > 0)) add(dialIn);
  }
  return [...all.values()];
};

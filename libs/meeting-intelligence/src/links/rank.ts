import { JoinLink, LinkSource, Reason } from '../assessment';
import { Cue, cueReasons } from '../context/cues';
import { Candidate } from './candidate';

/** The fields of an entry, the one first that is believed most. */
const order: readonly LinkSource[] = [
  'conferenceData',
  'hangoutLink',
  'location',
  'summary',
  'description',
  'source',
  'attachment',
  'extendedProperties',
];
const placeOf = new Map(order.map((source, place) => [source, place]));

const sourceReasons: Record<LinkSource, Reason> = {
  conferenceData: { code: 'in_conference_data', sentence: 'The calendar holds it as the way to join.' },
  hangoutLink: { code: 'in_hangout_link', sentence: 'The calendar holds it as the entry’s Meet link.' },
  location: { code: 'in_location', sentence: 'It stands where the entry takes place.' },
  summary: { code: 'in_title', sentence: 'It stands in the title.' },
  description: { code: 'in_description', sentence: 'It stands in the description.' },
  source: { code: 'in_source', sentence: 'The entry was made from it.' },
  attachment: { code: 'in_attachment', sentence: 'It is attached.' },
  extendedProperties: { code: 'in_extended_properties', sentence: 'An application kept it with the entry.' },
};

/** What sets a link back behind every one of the entry's own: the higher the farther. */
export const setBack = ({ cues, zone, isStruck, opaque, source }: Candidate): number => {
  if (cues.has('warned') || cues.has('recording') || isStruck) return 4;
  if (zone === 'quoted') return 3;
  if (opaque) return 2;
  if (
    cues.has('backup') ||
    cues.has('rehearsal') ||
    cues.has('otherTime') ||
    (source === 'description' && (zone === 'signature' || cues.has('personal')))
  )
    return 1;
  return 0;
};

const isForHosts = ({ url }: Candidate): boolean => /\/s\/\d+|\/start(?:[?#]|$)/.test(url);

const compare = (a: Candidate, b: Candidate): number =>
  setBack(a) - setBack(b) ||
  placeOf.get(a.source)! - placeOf.get(b.source)! ||
  Number(b.cues.has('invited')) - Number(a.cues.has('invited')) ||
  Number(isForHosts(a)) - Number(isForHosts(b)) ||
  Number(a.isRoom) - Number(b.isRoom) ||
  a.start - b.start;

/** A link to a meeting, with the best of what its several mentions say. */
export interface RankedLink {
  link: JoinLink;
  best: Candidate;
}

/** The links best first; several to one meeting are one, with the form that holds the passcode. */
export const rank = (candidates: readonly Candidate[]): RankedLink[] => {
  const meetings = new Map<string, Candidate[]>();
  for (const candidate of [...candidates].sort(compare)) {
    const mentions = meetings.get(candidate.meeting);
    if (mentions) mentions.push(candidate);
    else meetings.set(candidate.meeting, [candidate]);
  }
  return [...meetings.values()].map((mentions) => ({ best: mentions[0]!, link: oneOf(mentions) }));
};

const oneOf = (mentions: readonly Candidate[]): JoinLink => {
  const best = mentions[0]!;
  const form =
    mentions.find(({ passcode }) => passcode !== undefined) ??
    (isForHosts(best) ? mentions.find((each) => !isForHosts(each)) : undefined) ??
    best;
  const typed = mentions.find(({ typedPasscode }) => typedPasscode !== undefined)?.typedPasscode;
  // Zoom, Teams and RingCentral put a hash of it into the link, which nobody can type.
  const passcode = typed ?? form.passcode;
  const ids = mentions.flatMap(({ meetingId }) => meetingId ?? []);
  // What people type beats what the link holds, whichever mention it stands beside.
  const meetingId = ids.find((id) => /^\d+$/.test(id)) ?? ids[0];
  const link = { url: form.url, provider: form.provider, source: best.source } as JoinLink;
  if (meetingId !== undefined) link.meetingId = meetingId;
  if (passcode !== undefined) link.passcode = passcode;
  link.why = whyOf(best, form, mentions.length, passcode !== undefined && passcode !== form.passcode);
  if (form.wrappedBy.length > 0) link.wrappedBy = form.wrappedBy;
  if (form.opaque) link.opaque = true;
  return link;
};

const whyOf = (best: Candidate, form: Candidate, count: number, passcodeBeside: boolean): Reason[] => {
  const why = [sourceReasons[best.source]];
  const add = (code: string, sentence: string) => why.push({ code, sentence });
  for (const cue of best.cues)
    if (!(cue === 'personal' && best.source !== 'description')) why.push(cueReasons[cue as Cue]);
  if (best.isStruck) add('struck_out', 'It is struck out.');
  if (best.zone === 'signature') add('in_signature', 'It stands in a signature.');
  if (best.zone === 'quoted') add('in_quoted_text', 'It stands in an older message that is quoted.');
  if (best.opaque) {
    const { domain } = best.opaque;
    add(
      'opaque_wrapper',
      `A mail gateway keeps the real link to itself${domain === undefined ? '' : `; it names ${domain}`}.`,
    );
  }
  if (best.provider === 'other' && !best.opaque) add('unknown_service', 'The service is not known here.');
  if (count > 1) add('mentioned_repeatedly', 'The same meeting is linked several times.');
  if (form !== best) add('form_with_passcode', 'Of the forms of the link the one that holds most was taken.');
  if (passcodeBeside) add('passcode_beside_link', 'The passcode stands beside the link.');
  return why;
};

import { LinkSource } from '../assessment';
import { WrittenCode, writtenCodes } from '../context/codes';
import { Cue, cuesAround } from '../context/cues';
import { Zone, zonesOf } from '../context/zones';
import { AssessableEntry, EntryPoint } from '../entry';
import { ServiceIndex } from '../services/service-index';
import { PlainText, plainText } from '../text/plain-text';
import { within } from '../text/ranges';
import { SoughtText } from '../text/sought-text';
import { WrittenLink, writtenLinks } from '../text/written-links';
import { attributeCodes } from './attribute-codes';
import { domainsAbove } from './hosts';
import { Candidate } from './candidate';
import { setDismissedAside } from './set-dismissed-aside';
import { LinkReader, ReadLink } from './read-link';

/** One field of the entry, read. */
export class ReadText {
  candidates: Candidate[] = [];
  readonly sought: SoughtText;
  private written: readonly WrittenCode[] | undefined;

  constructor(
    readonly source: LinkSource,
    readonly plain: PlainText,
  ) {
    this.sought = new SoughtText(plain.text);
  }

  /** Passcodes and numbers that it tells; looked for once there is a link or a telephone number that they may belong to. */
  get codes(): readonly WrittenCode[] {
    return (this.written ??= writtenCodes(this.sought));
  }
}

export interface Findings {
  candidates: Candidate[];
  texts: ReadText[];
}

const nothing: ReadonlySet<Cue> = new Set();

/** Every link of the entry by which one could join, in the order of its fields. */
export const findCandidates = (entry: AssessableEntry, services: ServiceIndex): Findings => {
  const links = new LinkReader(services);
  const texts: ReadText[] = [];
  if (entry.location !== undefined) texts.push(readText(entry.location, 'location', links));
  if (entry.title !== undefined) texts.push(readText(entry.title, 'summary', links));
  if (entry.description !== undefined) texts.push(readText(entry.description, 'description', links));
  if (entry.conference?.notes !== undefined) texts.push(readText(entry.conference.notes, 'conferenceData', links));
  const candidates: Candidate[] = [];
  const addLink = (written: string | undefined, source: LinkSource) => {
    const read = written === undefined ? undefined : links.read(written);
    if (read) candidates.push(candidateOf(read, source));
  };
  for (const point of entry.conference?.entryPoints ?? []) {
    const candidate = ofEntryPoint(point, links);
    if (candidate) candidates.push(candidate);
  }
  addLink(entry.hangoutLink, 'hangoutLink');
  for (const text of texts) candidates.push(...text.candidates);
  addLink(entry.source?.url, 'source');
  for (const { url } of entry.attachments ?? []) addLink(url, 'attachment');
  for (const value of propertiesOf(entry)) candidates.push(...readText(value, 'extendedProperties', links).candidates);
  attributeCodes(texts, candidates);
  setDismissedAside(texts, candidates);
  return { candidates, texts };
};

const propertiesOf = ({ extendedProperties }: AssessableEntry): string[] =>
  extendedProperties === undefined
    ? []
    : [...Object.values(extendedProperties.shared ?? {}), ...Object.values(extendedProperties.private ?? {})];

interface Place {
  cues: ReadonlySet<Cue>;
  zone: Zone;
  isStruck: boolean;
  start: number;
  end: number;
}

const ofItsOwn: Place = { cues: nothing, zone: 'own', isStruck: false, start: 0, end: 0 };

const candidateOf = (read: ReadLink, source: LinkSource, place: Place = ofItsOwn): Candidate => ({
  url: read.url,
  provider: read.provider,
  source,
  meeting: read.meeting,
  meetingId: read.meetingId,
  passcode: read.passcode,
  typedPasscode: undefined,
  isRoom: read.isRoom,
  wrappedBy: read.wrappedBy,
  opaque: read.opaque,
  cues: place.cues,
  zone: place.zone,
  isStruck: place.isStruck,
  start: place.start,
  end: place.end,
});

const withoutMarkup = (text: string): string => text.replace(/[<>"]/g, '').trim();

const ofEntryPoint = (point: EntryPoint, links: LinkReader): Candidate | undefined => {
  if (point.type !== 'video' && point.type !== 'more') return undefined;
  const read = point.type === 'video' ? links.readVideoEntryPoint(point.uri) : links.read(point.uri);
  if (!read) return undefined;
  const candidate = candidateOf(read, 'conferenceData');
  const code = point.meetingCode ?? (read.provider === 'webex' ? point.accessCode : undefined);
  if (code !== undefined && (candidate.meetingId === undefined || read.provider === 'webex')) {
    candidate.meetingId = /^[\d\s-]+$/.test(code) ? code.replace(/\D/g, '') : withoutMarkup(code);
  }
  const passcode = point.passcode ?? point.password;
  if (passcode !== undefined) candidate.typedPasscode = withoutMarkup(passcode);
  return candidate;
};

/** A link of a text, and what it says; undefined where it joins nothing. */
interface Mention {
  link: WrittenLink;
  read: ReadLink | undefined;
}

/**
 * What a link says; of one that a gateway keeps to itself also what people are shown, where the gateway names the same domain. That is what was
 * written before the gateway put its own link there.
 */
const addMentions = (mentions: Mention[], link: WrittenLink, links: LinkReader): void => {
  const read = readWritten(link.link, links);
  const domain = read?.opaque?.domain;
  const written = domain === undefined || link.shown === undefined ? undefined : links.read(link.shown);
  const isNamed = written !== undefined && domainsAbove(new URL(written.url).hostname).includes(domain!);
  if (isNamed) mentions.push({ link, read: written });
  mentions.push({ link, read });
};

const readWritten = (link: string, links: LinkReader): ReadLink | undefined => {
  if (!links.mayJoin(link)) return undefined;
  const read = links.readHopeful(link);
  const cut = read?.wrappedBy.length ? undefined : withoutNextItem(link);
  const alone = cut === undefined ? undefined : links.read(cut);
  if (alone) return alone;
  const shorter = read ? link : withoutGluedWord(link);
  return shorter === link ? read : links.read(shorter);
};

/** `Room 5,https://…/j/123456789,+49 30…`: a list without blanks. What follows is no part of the link unless it is a parameter. */
const withoutNextItem = (link: string): string | undefined => {
  const at = link.search(/[,;]/);
  return at < 0 || /[={}"%&]/.test(link.slice(at)) ? undefined : link.slice(0, at);
};

/** `…/j/123456789.Thanks` and `…/j/123456789Passcode`: a word that lost its blank. */
const withoutGluedWord = (link: string): string => {
  const tail = link.slice(-GLUED);
  const word = mayBeGlued.test(tail) ? (glued.exec(tail)?.[0].length ?? 0) : 0;
  return word === 0 ? link : link.slice(0, -word);
};
const GLUED = 24;
const mayBeGlued = /[\d.,;:!][a-zA-Z\u0080-\uffff]{2,}$/;
const glued = /(?<=\d)[.,;:!]?\p{L}{2,20}$|(?<=[\p{L}\d])[.,;:!]\p{Lu}\p{L}{1,20}$/u;

const readText = (written: string, source: LinkSource, links: LinkReader): ReadText => {
  const plain = plainText(written);
  const text = new ReadText(source, plain);
  const mentions: Mention[] = [];
  for (const link of writtenLinks(plain, links.isHost)) addMentions(mentions, link, links);
  if (mentions.some(({ read }) => read)) text.candidates = placed(plain, mentions, source);
  return text;
};

const placed = (plain: PlainText, mentions: readonly Mention[], source: LinkSource): Candidate[] => {
  const zoneAt = source === 'description' ? zonesOf(plain, mentions.at(-1)!.link.start) : () => 'own' as const;
  const isStruck = plain.struck.length === 0 ? () => false : within(plain.struck);
  const candidates: Candidate[] = [];
  for (const [index, { link, read }] of mentions.entries()) {
    if (!read) continue;
    const from = mentions[index - 1]?.link.end ?? 0;
    const until = mentions[index + 1]?.link.start ?? plain.text.length;
    candidates.push(
      candidateOf(read, source, {
        cues: cuesAround(plain.text, link, from, until, mentions[index - 1]?.link.start),
        zone: zoneAt(link.start),
        isStruck: isStruck(link.start),
        start: link.start,
        end: link.end,
      }),
    );
  }
  return candidates;
};

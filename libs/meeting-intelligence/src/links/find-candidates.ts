import { LinkSource } from '../assessment';
import { WrittenCode } from '../context/codes';
import { Cue, cuesAround } from '../context/cues';
import { Zone, zonesOf } from '../context/zones';
import { AssessableEntry, EntryPoint } from '../entry';
import { ServiceIndex } from '../services/service-index';
import { PlainText, plainText } from '../text/plain-text';
import { within } from '../text/ranges';
import { WrittenLink, writtenLinks } from '../text/written-links';
import { attributeCodes } from './attribute-codes';
import { domainsAbove } from './hosts';
import { Candidate } from './candidate';
import { isWrapperHost } from './unwrap';
import { setDismissedAside } from './set-dismissed-aside';
import { ReadLink, readLink, readVideoEntryPoint } from './read-link';

/** One field of the entry, read. */
export interface ReadText {
  source: LinkSource;
  plain: PlainText;
  candidates: Candidate[];
  codes: WrittenCode[];
}

export interface Findings {
  candidates: Candidate[];
  texts: ReadText[];
}

const nothing: ReadonlySet<Cue> = new Set();

/** Every link of the entry by which one could join, in the order of its fields. */
export const findCandidates = (entry: AssessableEntry, services: ServiceIndex): Findings => {
  const texts = [
    readText(entry.location, 'location', services),
    readText(entry.title, 'summary', services),
    readText(entry.description, 'description', services),
    readText(entry.conference?.notes, 'conferenceData', services),
  ].filter((text) => text !== undefined);
  const candidates = [
    ...(entry.conference?.entryPoints ?? []).flatMap((point) => ofEntryPoint(point, services)),
    ...ofLink(entry.hangoutLink, 'hangoutLink', services),
    ...texts.flatMap((text) => text.candidates),
    ...ofLink(entry.source?.url, 'source', services),
    ...(entry.attachments ?? []).flatMap(({ url }) => ofLink(url, 'attachment', services)),
    ...propertiesOf(entry).flatMap((value) => readText(value, 'extendedProperties', services)?.candidates ?? []),
  ];
  attributeCodes(texts, candidates);
  setDismissedAside(texts, candidates);
  return { candidates, texts };
};

const propertiesOf = ({ extendedProperties }: AssessableEntry): string[] => [
  ...Object.values(extendedProperties?.shared ?? {}),
  ...Object.values(extendedProperties?.private ?? {}),
];

interface Place {
  source: LinkSource;
  cues?: ReadonlySet<Cue>;
  zone?: Zone;
  isStruck?: boolean;
  start?: number;
  end?: number;
}

const candidateOf = (read: ReadLink, place: Place): Candidate => ({
  cues: nothing,
  zone: 'own',
  isStruck: false,
  start: 0,
  end: 0,
  ...read,
  ...place,
});

const ofLink = (link: string | undefined, source: LinkSource, services: ServiceIndex): Candidate[] => {
  const read = link === undefined ? undefined : readLink(link, services);
  return read ? [candidateOf(read, { source })] : [];
};

const withoutMarkup = (text: string): string => text.replace(/[<>"]/g, '').trim();

const ofEntryPoint = (point: EntryPoint, services: ServiceIndex): Candidate[] => {
  if (point.type !== 'video' && point.type !== 'more') return [];
  const read = point.type === 'video' ? readVideoEntryPoint(point.uri, services) : readLink(point.uri, services);
  if (!read) return [];
  const candidate = candidateOf(read, { source: 'conferenceData' });
  const code = point.meetingCode ?? (read.provider === 'webex' ? point.accessCode : undefined);
  if (code !== undefined && (candidate.meetingId === undefined || read.provider === 'webex')) {
    candidate.meetingId = /^[\d\s-]+$/.test(code) ? code.replace(/\D/g, '') : withoutMarkup(code);
  }
  const passcode = point.passcode ?? point.password;
  if (passcode !== undefined) candidate.typedPasscode = withoutMarkup(passcode);
  return [candidate];
};

/**
 * What a link says; of one that a gateway keeps to itself also what people are shown, where the gateway names the same domain. That is what was
 * written before the gateway put its own link there.
 */
const readings = ({ link, shown }: WrittenLink, services: ServiceIndex): (ReadLink | undefined)[] => {
  const read = readWritten(link, services);
  const domain = read?.opaque?.domain;
  const written = domain === undefined || shown === undefined ? undefined : readLink(shown, services);
  const isNamed = written !== undefined && domainsAbove(new URL(written.url).hostname).includes(domain!);
  return isNamed ? [written, read] : [read];
};

const readWritten = (link: string, services: ServiceIndex): ReadLink | undefined => {
  const read = readLink(link, services);
  const cut = read?.wrappedBy.length ? undefined : withoutNextItem(link);
  const alone = cut === undefined ? undefined : readLink(cut, services);
  if (alone) return alone;
  const shorter = read ? link : withoutGluedWord(link);
  return shorter === link ? read : readLink(shorter, services);
};

/** `Room 5,https://…/j/123456789,+49 30…`: a list without blanks. What follows is no part of the link unless it is a parameter. */
const withoutNextItem = (link: string): string | undefined => {
  const at = link.search(/[,;]/);
  return at < 0 || /[={}"%&]/.test(link.slice(at)) ? undefined : link.slice(0, at);
};

/** `…/j/123456789.Thanks` and `…/j/123456789Passcode`: a word that lost its blank. */
const withoutGluedWord = (link: string): string => {
  const tail = link.slice(-GLUED);
  const word = glued.exec(tail)?.[0].length ?? 0;
  return word === 0 ? link : link.slice(0, -word);
};
const GLUED = 24;
const glued = /(?<=\d)[.,;:!]?\p{L}{2,20}$|(?<=[\p{L}\d])[.,;:!]\p{Lu}\p{L}{1,20}$/u;

const readText = (written: string | undefined, source: LinkSource, services: ServiceIndex): ReadText | undefined => {
  if (written === undefined) return undefined;
  const plain = plainText(written);
  const links = writtenLinks(plain, (host) => services.isHost(host) || isWrapperHost(host));
  const read = links.flatMap((link) => readings(link, services).map((each) => ({ link, read: each })));
  const candidates = read.some((each) => each.read) ? placed(plain, read, source) : [];
  return { source, plain, candidates, codes: [] };
};

const placed = (
  plain: PlainText,
  links: readonly { link: WrittenLink; read: ReadLink | undefined }[],
  source: LinkSource,
): Candidate[] => {
  const zoneAt = source === 'description' ? zonesOf(plain) : () => 'own' as const;
  const isStruck = plain.struck.length === 0 ? () => false : within(plain.struck);
  return links.flatMap(({ link, read }, index) => {
    if (!read) return [];
    const from = links[index - 1]?.link.end ?? 0;
    const until = links[index + 1]?.link.start ?? plain.text.length;
    return [
      candidateOf(read, {
        source,
        start: link.start,
        end: link.end,
        zone: zoneAt(link.start),
        cues: cuesAround(plain.text, link, from, until),
        isStruck: isStruck(link.start),
      }),
    ];
  });
};

import { WrittenCode } from '../context/codes';
import { Candidate } from './candidate';
import type { ReadText } from './find-candidates';

const names: readonly [RegExp, string][] = [
  [/\bzoom\b/i, 'zoom'],
  [/\bteams\b/i, 'teams'],
  [/\bwebex\b/i, 'webex'],
  [/\bgoto\b|gotomeeting/i, 'goto-meeting'],
  [/腾讯|騰訊/u, 'tencent-meeting'],
];

/** Services whose links hold something else than the number that people type. */
const typedBesides = new Set(['webex', 'tencent-meeting', 'voov', 'skype-for-business']);
const takesNumbers = new Set([
  ...typedBesides,
  'zoom',
  'goto-meeting',
  'ringcentral',
  'bluejeans',
  'chime',
  'dialpad',
  'zoho-meeting',
  'lark',
  'feishu',
  'other',
]);

/** Meet has no passcodes, and its numbers are for the telephone. */
const takesNone = ({ opaque, provider }: Candidate): boolean => opaque !== undefined || provider === 'google-meet';

/** Gives the passcodes and numbers that stand in the texts to the links that they belong to. Those of a text without a link are for the entry's first. */
export const attributeCodes = (texts: readonly ReadText[], candidates: readonly Candidate[]): void => {
  for (const text of texts) {
    if (text.source === 'summary') continue;
    fromVideoAddresses(text);
    const near = text.candidates.length > 0 ? text.candidates : candidates.slice(0, 1);
    const owners = near.filter((candidate) => !takesNone(candidate));
    if (owners.length > 0) attribute(text.plain.text, text.codes, owners);
  }
};

/** `1234567890@acme.webex.com`: the number of a scheduled meeting, before the host that its link has as well. */
const videoAddress = /(?<![\w.%+-])(\d{9,12})@((?:[\w-]{1,63}\.){1,3}com)(?![\w-])/giu;

const fromVideoAddresses = ({ plain: { text }, candidates }: ReadText): void => {
  const unnumbered = candidates.filter(
    ({ provider, isRoom, meetingId }) => provider === 'webex' && !isRoom && !/^\d+$/.test(meetingId ?? ''),
  );
  if (unnumbered.length === 0 || !text.includes('@')) return;
  const numbers = new Map([...text.matchAll(videoAddress)].map(([, number, host]) => [host!.toLowerCase(), number!]));
  for (const candidate of unnumbered) {
    const number = numbers.get(new URL(candidate.url).hostname);
    if (number !== undefined) candidate.meetingId = number;
  }
};

const attribute = (text: string, codes: readonly WrittenCode[], links: readonly Candidate[]): void => {
  let numbered: { candidate: Candidate; at: number } | undefined;
  let behind = 0;
  for (const code of codes) {
    while (behind < links.length && links[behind]!.start < code.start) behind += 1;
    const before = links[behind - 1];
    const owner = ownerOf(text, code, links, before, behind);
    if (code.kind === 'meetingId') {
      const same = links.find(({ meetingId }) => meetingId === code.value);
      if (same) numbered = { candidate: same, at: code.end };
      else if (owner && takesNumber(owner, code.value)) owner.meetingId = code.value;
    } else if (code.kind === 'phoneId' && owner?.provider === 'webex' && takesNumber(owner, code.value)) {
      owner.meetingId = code.value;
    } else if (code.kind === 'passcode') {
      const isNear = numbered && code.start - numbered.at < 200 && (!before || before.start < numbered.at);
      const taker = isNear ? numbered!.candidate : owner;
      // "Access code: 123-456-789" of GoTo is the number of the meeting.
      if (taker && code.value.replace(/\D/g, '') !== taker.meetingId) taker.typedPasscode ??= code.value;
    }
  }
};

const takesNumber = ({ provider, meetingId }: Candidate, value: string): boolean =>
  value.length >= 9 &&
  (typedBesides.has(provider) ? !/^\d+$/.test(meetingId ?? '') : takesNumbers.has(provider) && meetingId === undefined);

/** The link before the code, or the one behind it where the code stands first in its line; another one where the line names its service. */
const ownerOf = (
  text: string,
  code: WrittenCode,
  links: readonly Candidate[],
  before: Candidate | undefined,
  behind: number,
): Candidate | undefined => {
  const lineStart = text.lastIndexOf('\n', code.start) + 1;
  if (links.length > 1) {
    const line = text.slice(Math.max(lineStart, code.start - 60), code.end + 20).split('\n', 1)[0]!;
    const named = names.filter(([name]) => name.test(line)).map(([, provider]) => provider);
    const meant = named.length === 1 ? nearest(links, named[0]!, code.start) : undefined;
    if (meant) return meant;
  }
  const next = links[behind];
  if (!before) return next;
  if (next && before.end <= lineStart) {
    const lineEnd = text.indexOf('\n', code.end);
    const isInLine = lineEnd < 0 || next.start < lineEnd;
    if (isInLine) return next;
  }
  return before;
};

const nearest = (links: readonly Candidate[], provider: string, at: number): Candidate | undefined => {
  let best: Candidate | undefined;
  for (const link of links) {
    if (link.provider !== provider) continue;
    if (!best || Math.abs(link.start - at) < Math.abs(best.start - at)) best = link;
  }
  return best;
};

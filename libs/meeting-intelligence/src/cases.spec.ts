import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { assessMeeting, fromGoogleEvent } from './index';

type Answer = ReturnType<typeof assessMeeting>;
type ExpectedDialIn = { kind: string; number?: string; uri?: string; pin?: string };

interface Expectation {
  isMeeting: boolean;
  joinUrl?: string | null;
  provider?: string;
  meetingId?: string | null;
  passcode?: string | null;
  links?: string[];
  neverLinks?: string[];
  dialIns?: ExpectedDialIn[];
  reasons?: string[];
  sameMeetingAs?: string;
  otherMeetingThan?: string;
  sameRoomAs?: string;
  otherRoomThan?: string;
  nature?: Partial<Record<'size' | 'reach' | 'recurring' | 'needsResponse', unknown>>;
}

interface Case {
  name: string;
  event: Parameters<typeof fromGoogleEvent>[0];
  expect: Expectation;
}

const folder = join(__dirname, '..', 'cases');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.jsonl'))
  .sort();
const casesOf = (file: string): Case[] =>
  readFileSync(join(folder, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
const tables = files.map((file) => ({ subject: relative('.', file).replace(/\.jsonl$/, ''), cases: casesOf(file) }));
const byName = new Map(tables.flatMap(({ cases }) => cases).map((it) => [it.name, it]));

const answerTo = ({ event }: Case): Answer => assessMeeting(fromGoogleEvent(event));
const named = (name: string): Answer => {
  const found = byName.get(name);
  if (!found) throw new Error(`no case is called "${name}"`);
  return answerTo(found);
};
const digits = (text: string | undefined) => text?.replace(/\D/g, '');

const isDialIn =
  (wanted: ExpectedDialIn) =>
  (got: Answer['dialIns'][number]): boolean =>
    got.kind === wanted.kind &&
    (wanted.number === undefined || digits(got.number) === digits(wanted.number)) &&
    (wanted.uri === undefined || got.uri === wanted.uri) &&
    (wanted.pin === undefined || [digits(got.pin), digits(got.accessCode)].includes(digits(wanted.pin)));

/** What the answer says of all that the case speaks of, in the words of the case: so that a failure shows both side by side. */
const spokenOf = (answer: Answer, wanted: Expectation): Expectation => {
  const urls = answer.links.map(({ url }) => url);
  const told: Expectation = { isMeeting: answer.isMeeting };
  if ('joinUrl' in wanted) told.joinUrl = answer.joinUrl ?? null;
  if ('provider' in wanted) told.provider = answer.provider;
  if ('meetingId' in wanted) told.meetingId = answer.meetingId ?? null;
  if ('passcode' in wanted) told.passcode = answer.passcode ?? null;
  if (wanted.links) told.links = urls;
  if (wanted.neverLinks) {
    const all = [...urls, ...(answer.joinUrl ? [answer.joinUrl] : [])];
    const hits = all.filter((url) => wanted.neverLinks?.some((part) => url.includes(part)));
    told.neverLinks = hits.length ? hits : wanted.neverLinks;
  }
  if (wanted.dialIns) {
    const all = wanted.dialIns.length > 0 && wanted.dialIns.every((it) => answer.dialIns.some(isDialIn(it)));
    told.dialIns = all ? wanted.dialIns : (answer.dialIns as ExpectedDialIn[]);
  }
  if (wanted.reasons) {
    const codes: string[] = answer.reasons.map(({ code }) => code);
    told.reasons = wanted.reasons.every((code) => codes.includes(code)) ? wanted.reasons : codes;
  }
  if (wanted.nature) {
    const nature = answer.nature as unknown as Record<string, unknown>;
    told.nature = Object.fromEntries(Object.keys(wanted.nature).map((key) => [key, nature[key]]));
  }
  if (wanted.sameMeetingAs) told.sameMeetingAs = wanted.sameMeetingAs;
  if (wanted.otherMeetingThan) told.otherMeetingThan = wanted.otherMeetingThan;
  if (wanted.sameRoomAs) told.sameRoomAs = wanted.sameRoomAs;
  if (wanted.otherRoomThan) told.otherRoomThan = wanted.otherRoomThan;
  return told;
};

const agreeOnKeys = (answer: Answer, wanted: Expectation): void => {
  if (wanted.sameMeetingAs) {
    expect(answer.meetingKey).toBeDefined();
    expect(answer.meetingKey).toBe(named(wanted.sameMeetingAs).meetingKey);
  }
  if (wanted.otherMeetingThan) expect(answer.meetingKey).not.toBe(named(wanted.otherMeetingThan).meetingKey);
  if (wanted.sameRoomAs) {
    expect(answer.roomKey).toBeDefined();
    expect(answer.roomKey).toBe(named(wanted.sameRoomAs).roomKey);
  }
  if (wanted.otherRoomThan) expect(answer.roomKey).not.toBe(named(wanted.otherRoomThan).roomKey);
};

it('has a name of its own for each case', () => {
  expect(byName.size).toBe(tables.reduce((sum, { cases }) => sum + cases.length, 0));
});

describe.each(tables)('$subject', ({ cases }) => {
  it.each(cases)('$name', (it) => {
    const answer = answerTo(it);
    expect(spokenOf(answer, it.expect)).toEqual(it.expect);
    agreeOnKeys(answer, it.expect);
  });
});

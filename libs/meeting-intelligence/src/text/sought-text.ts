import { BEYOND_ASCII, DIGIT, kindOf, threeKinds } from './beginnings';
import { WordingPattern } from './wording-pattern';

const sought: WordingPattern[] = [];
/** By the kinds of three signs, a bit for each pattern that may match where they stand. */
const mayBegin = new Uint8Array(threeKinds);
let inWords = 0;
const MOST_PATTERNS = 8;

/** Makes a pattern one that whole texts are asked for. */
export const soughtInTexts = (pattern: WordingPattern): WordingPattern => {
  if (sought.length === MOST_PATTERNS) throw new Error(`no more than ${MOST_PATTERNS} patterns can be sought at once`);
  const bit = 1 << sought.length;
  sought.push(pattern);
  for (let kinds = 0; kinds < threeKinds; kinds += 1) if (pattern.beginnings.has(kinds)) mayBegin[kinds]! |= bit;
  if (pattern.isInWords) inWords |= bit;
  return pattern;
};

/** So many signs are taken out of the text at a time: a string takes twice as long to tell its signs one by one. */
const BLOCK = 1 << 13;
/** The signs behind a place that are looked at with it. */
const BEHIND = 2;
const signs = new Uint16Array(BLOCK + BEHIND);
const octets = Buffer.from(signs.buffer);

/** For each pattern the places where it may match. */
const placesIn = (text: string): number[][] => {
  const places = sought.map((): number[] => []);
  let isBehindWord = false;
  for (let from = 0; from < text.length; from += BLOCK) {
    const block = text.length <= BLOCK ? text : text.slice(from, from + BLOCK + BEHIND);
    octets.write(block, 'utf16le');
    const taken = block.length;
    const end = Math.min(BLOCK, taken);
    let kinds = (kindOf(signs[0]!) << 5) | (taken > 1 ? kindOf(signs[1]!) : BEYOND_ASCII);
    for (let at = 0; at < end; at += 1) {
      const third = at + BEHIND < taken ? kindOf(signs[at + BEHIND]!) : BEYOND_ASCII;
      kinds = ((kinds << 5) | third) & (threeKinds - 1);
      const isWord = kinds >>> 10 <= DIGIT;
      const found = mayBegin[kinds]!;
      if (found !== 0) note(places, isWord && isBehindWord ? found & inWords : found, from + at, signs[at]!);
      isBehindWord = isWord;
    }
  }
  return places;
};

const note = (places: number[][], found: number, at: number, code: number): void => {
  for (let left = found; left !== 0; left &= left - 1) {
    const index = 31 - Math.clz32(left & -left);
    if (code < 128 || sought[index]!.beginnings.hasBeyond(code)) places[index]!.push(at);
  }
};

/** A text that is asked for several patterns and looked through once for all of them. */
export class SoughtText {
  private places: number[][] | undefined;

  constructor(readonly text: string) {}

  /** All matches of a pattern that is sought in texts, in their order. */
  matchesOf(pattern: WordingPattern): RegExpExecArray[] {
    const places = (this.places ??= placesIn(this.text))[sought.indexOf(pattern)];
    if (!places) throw new Error(`${pattern.source} is not sought in texts`);
    return places.length === 0 ? [] : pattern.matchesAt(this.text, places);
  }
}

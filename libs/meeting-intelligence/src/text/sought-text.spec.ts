import fc from 'fast-check';
import { SoughtText, soughtInTexts } from './sought-text';
import { WordingPattern } from './wording-pattern';

const patterns = [
  new WordingPattern(/(?<![a-z0-9])(?:old|no longer|do ?n[o'’]?t use|k|über)(?![a-z0-9])/iu),
  new WordingPattern(/(?<!\w)(?:\+|00)\d[\d .-]{1,3}\d|(?<!\w)\(?\d{3}\)?[ .]\d/u),
  new WordingPattern(/(?:statt|old)|(?:旧|안 ?되면)/iu, true),
].map(soughtInTexts);

const written = fc
  .array(
    fc.constantFrom(
      ...'adeklnosuü019 .+(\n’旧안',
      '\u212a',
      '\u017f',
      '\ud83d\ude00',
      '\ud800',
      'old',
      'Über',
      'no longer',
      'don’t use',
      'anstatt',
      '(030) 1',
      '안되면',
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));
const places = (found: readonly RegExpExecArray[]) => found.map(({ index, 0: match }) => [index, match]);
const expectSame = (text: string) => {
  const sought = new SoughtText(text);
  for (const pattern of patterns) expect(places(sought.matchesOf(pattern))).toEqual(places(pattern.matchesIn(text)));
};

describe('A text that is looked through once for several patterns', () => {
  it('has the matches that each of them finds alone', () => {
    fc.assert(fc.property(written, expectSame), { numRuns: 3_000 });
  });

  it('has them also where the text is taken in blocks', () => {
    const around = fc.tuple(fc.integer({ min: 8_150, max: 8_200 }), fc.constantFrom(' ', 'a', '1', 'ü', '旧'), written);
    fc.assert(
      fc.property(around, ([length, sign, text]) => expectSame(sign.repeat(length) + text)),
      { numRuns: 200 },
    );
  });

  it('is not asked for others', () => {
    expect(() => new SoughtText('old').matchesOf(new WordingPattern(/old/u))).toThrow('not sought');
  });
});

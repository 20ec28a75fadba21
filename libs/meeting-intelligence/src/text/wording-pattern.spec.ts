import fc from 'fast-check';
import { OpeningPattern, WordingPattern } from './wording-pattern';

const patterns = [
  /(?<![a-z0-9])(?:old|older|no longer|do ?n[o'’]?t use|k|über|ähnlich)(?![a-z0-9])/iu,
  /(?<![a-z0-9])(?:(?:meeting|video)[- ]?(?:id|n(?:o|r)\.?)(?: ?\([^()\n]{0,3}\))?|pw|1:1|q&a)|(?:旧|古い|\u00e9t|안 ?되면)/iu,
  /(?<![\p{L}\p{N}])(?:ne|\p{L}{1,3} )(?:use|[ab-d_\]-]{2,3}x|\d{2})/iu,
  /(?<!\w)(?:\+|00)\d[\d .-]{1,3}\d|(?<!\w)\(?\d{3}\)?[ .]\d/u,
  /(?<![\w.])(?:s\.x|[^a-m]a|\s{1,2}\.|.?[^\p{L}]c|\ud83d\ude00)/iu,
];
const sign = fc.oneof(
  fc.constantFrom(
    ..."abcdekmnoprstuvwx019 .:-+()\n'&_旧안é",
    '\u212a',
    '\u017f',
    'É',
    'Ü',
    '\u2019',
    '\ud83d\ude00',
    '\ud835\udc00',
  ),
  fc.constantFrom(
    'old',
    'older',
    'no longer',
    'don’t use',
    'meeting',
    'video',
    'id',
    'nr.',
    'pw',
    '00',
    'über',
    '古い',
    ' s.x',
  ),
);
const written = fc.array(sign, { maxLength: 20 }).map((parts) => parts.join(''));
const text = fc.oneof(
  written,
  written.map((small) => small.toUpperCase()),
);

describe('A pattern that is tried only where it may match', () => {
  it.each(patterns)('finds what %s finds alone', (pattern) => {
    const tried = new WordingPattern(pattern);
    const alone = new RegExp(pattern.source, `${pattern.flags}g`);
    const places = (found: Iterable<RegExpMatchArray>) => [...found].map(({ index, 0: match }) => [index, match]);
    fc.assert(
      fc.property(text, (given) => {
        expect(places(tried.matchesIn(given))).toEqual(places(given.matchAll(alone)));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    /^[\s*_]*(?:from|von|差出人)\s?[:：]/iu,
    /^(?:on|am)\s.*\d|^\d{4}年/iu,
    /^[\s[(“]{0,2}(?:old|é|no)(?!-\p{L})/iu,
  ])('begins where %s matches alone', (pattern) => {
    const tried = new OpeningPattern(pattern);
    const beginning = fc.tuple(
      fc.constantFrom('', ' ', '* _', '[“', 'from', 'Von:', '差出人：', 'on 1', 'am x', '2026年', 'old', 'É', 'no'),
      text,
    );
    fc.assert(
      fc.property(
        beginning.map((parts) => parts.join('')),
        (given) => {
          expect(tried.test(given)).toBe(pattern.test(given));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('begins amid a word only where it is told so', () => {
    expect(new WordingPattern(/old/iu, true).find('Cold')?.index).toBe(1);
    expect(new WordingPattern(/old/iu).find('Cold, old')?.index).toBe(6);
  });

  it.each([/a*/u, /(?:ab+)/u, /[ab]{2,}/u])('is refused with a part that has no limit: %s', (pattern) => {
    expect(() => new WordingPattern(pattern)).toThrow('without a limit');
  });
});

import { plainText } from './plain-text';

const textOf = (written: string): string => plainText(written).text;

describe('Text as people read it', () => {
  it.each([
    ['entities', 'a &amp; b &#38; c &lt; d', 'a & b & c < d'],
    ['entities that were escaped twice', 'x?a=1&amp;amp;b=2', 'x?a=1&b=2'],
    ['parameters that only look like entities', 'x?a=1&copy=2&para=3', 'x?a=1&copy=2&para=3'],
    ['what iCalendar escapes', 'one\\ntwo\\, three\\; four', 'one\ntwo, three; four'],
    ['what JSON escapes', 'https:\\/\\/a.example\\/b?c\\u003d1\\u0026d', 'https://a.example/b?c=1&d'],
    ['zero-width characters', 'zoom\u200b.us/\u2060j', 'zoom.us/j'],
    ['wide letters', 'ｚｏｏｍ．ｕｓ／ｊ', 'zoom.us/j'],
    ['a wide colon of a link, not of a label', 'https：//a 密码：1', 'https://a 密码：1'],
    ['quoted-printable', 'pwd=3Dabc=\r\ndef=20', 'pwd=abcdef '],
    ['breaks and blocks of HTML', '<p>a</p>b<br/>c<div>d</div>', '\na\nb\nc\nd\n'],
    ['markup that was escaped as a whole', '&lt;p&gt;a &amp;amp; b&lt;/p&gt;', '\na & b\n'],
    ['no styles and scripts', '<style>a{}</style>b<script>c</script>d', 'bd'],
    [
      'comparisons and addresses in brackets, which are no tags',
      '1 < 2 <https://a.example> <a@b.example>',
      '1 < 2 <https://a.example> <a@b.example>',
    ],
    ['a tag that is never closed', 'a <b', 'a <b'],
  ])('has %s', (_name, written, read) => {
    expect(textOf(written)).toBe(read);
  });

  it('has lines joined that were folded after 75 octets, and no others', () => {
    const long = `Join: ${'x'.repeat(69)}`;
    expect(long).toHaveLength(75);
    expect(textOf(`${long}\r\n yz\r\nend`)).toBe(`${long}yz\nend`);
    expect(textOf('Short\n indented')).toBe('Short\n indented');
  });

  it('says where anchors lead and where their words stand', () => {
    const { text, anchors } = plainText(
      `Please <a class=x HREF='https://a.example/?b=1&amp;c=2'><b>join</b> us</a> now`,
    );
    expect(anchors).toEqual([{ target: 'https://a.example/?b=1&c=2', start: 7, end: 14 }]);
    expect(text).toBe('Please join us now');
  });

  it('says what is struck out and what is quoted', () => {
    const { text, struck, quoted } = plainText(
      '<s>old</s> ~~older~~ <span style="text-decoration: line-through">a<span>b</span>c</span> new <blockquote>said</blockquote>',
    );
    const parts = (ranges: readonly { start: number; end: number }[]) =>
      ranges.map(({ start, end }) => text.slice(start, end).trim());
    expect(parts(struck)).toEqual(['old', 'abc', '~~older~~']);
    expect(parts(quoted)).toEqual(['said']);
  });
});

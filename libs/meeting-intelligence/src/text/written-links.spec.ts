import { plainText } from './plain-text';
import { writtenLinks } from './written-links';

const linksIn = (written: string): string[] =>
  writtenLinks(plainText(written), (host) => host === 'zoom.us' || host.endsWith('.zoom.us')).map(({ link }) => link);
const link = 'https://zoom.us/j/123456789';

describe('Links in a text', () => {
  it.each([
    ['in a sentence', `Join ${link}.`],
    ['in brackets', `(see ${link})`],
    ['in markdown', `[Join](${link}) **now**`],
    ['in bold', `**${link}**`],
    ['after words in angle brackets', `Join<${link}>`],
    ['amid a script without blanks', `会议链接${link}，谢谢`],
    ['of which words follow at once', `リンクは${link}です`],
    ['in an anchor', `<a href="${link}">x</a>`],
    ['without a scheme', 'Join zoom.us/j/123456789!'],
    ['without a scheme, amid a script without blanks', '请打开zoom.us/j/123456789加入'],
    ['with a scheme that was mistyped', 'htps://zoom.us/j/123456789'],
    ['with a bracket that was escaped with it', `<${link}%3E>`],
    ['with a number in groups', 'https://zoom.us/j/123 456 789'],
    ['in an anchor whose words are another link', `<a href="${link}">https://other.example/</a>`],
    ['in brackets behind another link', `https://other.example/<${link}>`],
  ])('are found %s', (_name, written) => {
    expect(linksIn(written)).toEqual([link]);
  });

  it.each([
    ['an address', 'me@zoom.us/j/123456789'],
    ['a path of another host', 'https://other.example/zoom.us/j/123456789'],
    ['a word with letters of another script', 'еzoom.us/j/123456789'],
    ['a stranger without a scheme', 'other.example/j/123456789'],
    ['words of an anchor that leads elsewhere', '<a href="mailto:me@example.com">https://zoom.us/j/123456789</a>'],
    ['a script', 'javascript:open("//zoom.us/j/123456789")'],
  ])('are not seen in %s', (_name, written) => {
    expect(linksIn(written).filter((found) => new URL(found).hostname === 'zoom.us')).toEqual([]);
  });

  it('are told apart where nothing stands between them', () => {
    expect(linksIn(`${link}${link},${link}`)).toEqual([link, link, link]);
    expect(linksIn(`https://www.google.com/url?q=${link}&sa=D`)).toEqual([`https://www.google.com/url?q=${link}&sa=D`]);
  });

  it('keep what belongs to them', () => {
    for (const whole of [
      'https://zoom.us/j/1?pwd=a-b_c.1',
      'https://a.example/room#key=abc_-',
      'https://a.example/wiki/Room_(1)',
      'https://a.example/x?context={"Tid":"1","Oid":"2"}',
      'https://a.example/Комната',
      'https://meet.jit.si/会議室',
    ]) {
      expect(linksIn(`Join ${whole} now`)).toEqual([whole]);
    }
  });
});

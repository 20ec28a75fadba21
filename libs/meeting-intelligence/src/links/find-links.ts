import { decode } from 'html-entities';

const longestText = 100_000;
const mostLinks = 100;

const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const delimiters = /[\s<>"'`|\\^{}\u3000（）【】「」『』《》〈〉［］｛｝＜＞“”„‘’«»，。；：！？、]+/;
const withScheme = /(?:https?|zoommtg|zoomus):\/\/.+/i;
const withoutScheme = /^[([*_~-]*((?:[a-z0-9-]+\.)+[a-z]{2,}\/.+)/i;

/** Text as people read it: entities decoded (they are often escaped twice), line breaks that iCalendar wrote as `\n` broken, invisible characters gone. */
const readable = (text: string): string => {
  let decoded = text.slice(0, longestText);
  for (let round = 0; round < 3 && decoded.includes('&'); round += 1) {
    const next = decode(decoded, { scope: 'strict' });
    if (next === decoded) break;
    decoded = next;
  }
  return decoded
    .replace(/\\[nrtNRT]/g, '\n')
    .replace(/\\([,;])/g, '$1')
    .replace(/<wbr\s*\/?>/gi, '')
    .replace(invisible, '');
};

/** What a sentence or a pair of brackets around the link adds to it. A passcode may end in `-` or `_`, so these stay. */
const trimmed = (link: string): string => {
  let rest = link;
  for (;;) {
    const last = rest.at(-1) ?? '';
    const opening = { ')': '(', ']': '[' }[last];
    const unbalanced = opening !== undefined && rest.split(last).length > rest.split(opening).length;
    if (!unbalanced && !'.,;:!?*~'.includes(last)) return rest;
    if (rest === '') return rest;
    rest = rest.slice(0, -1);
  }
};

/** Every link of a text, HTML or plain, in the order of the text, as written; one without a scheme gets https. Bounded, each once. */
export const findLinks = (text: string): string[] => {
  const found = new Set<string>();
  for (const token of readable(text).split(delimiters)) {
    for (const part of token.split(/[,;)\]](?=https?:\/\/)/i)) {
      const schemed = withScheme.exec(part)?.[0];
      const bare = schemed === undefined ? withoutScheme.exec(part)?.[1] : undefined;
      const link = trimmed(schemed ?? (bare === undefined ? '' : `https://${bare}`));
      if (link !== '') found.add(link);
      if (found.size >= mostLinks) return [...found];
    }
  }
  return [...found];
};

/** `/room/{meetingId}?pwd={passcode}`: what a link looks like, and where its parts stand. No regular expressions, so that matching takes one look at each character. */
export interface PathTemplate {
  segments: readonly Piece[];
  /** Whatever follows the segments fits as well. */
  open: boolean;
  parameters: readonly { name: string; piece: Piece }[];
  fragment?: Piece;
}

interface Piece {
  before: string;
  /** Undefined: `before` is the whole of it. */
  filled?: { field?: Field; digits?: { least: number; most: number } };
  after: string;
}

const fields = ['meetingId', 'passcode'] as const;
type Field = (typeof fields)[number];

export type Captured = Partial<Record<Field, string>>;

/** The template is not what it should be; the message says what is wrong with it and what would be right. */
export class InvalidTemplate extends Error {
  override readonly name = 'InvalidTemplate';
}

const placeholder = /^([^{}*]*)(?:\{([^{}]*)\}|(\*))([^{}*]*)$/;
const digits = /^digits(?:\((\d{1,2})-(\d{1,2})\))?$/;

const pieceOf = (text: string): Piece => {
  if (!/[{}*]/.test(text)) return { before: text, after: '' };
  const parts = placeholder.exec(text);
  if (!parts) throw new InvalidTemplate(`"${text}" may hold one placeholder in braces, or one *, and no other brace`);
  const [, before = '', named, , after = ''] = parts;
  if (named === undefined) return { before, filled: {}, after };
  const [name, kind] = named.split(':', 2);
  const field = fields.find((each) => each === name);
  if (field === undefined) throw new InvalidTemplate(`{${named}} is unknown; there are {meetingId} and {passcode}`);
  if (kind === undefined) return { before, filled: { field }, after };
  const range = digits.exec(kind);
  if (!range) throw new InvalidTemplate(`{${named}} is unknown; write {${name}:digits} or {${name}:digits(9-12)}`);
  return { before, filled: { field, digits: { least: Number(range[1] ?? 1), most: Number(range[2] ?? 99) } }, after };
};

const mayBeMissing = ({ filled }: Piece): boolean => filled?.field === 'passcode';

/** Throws InvalidTemplate. */
export const pathTemplate = (text: string): PathTemplate => {
  if (!text.startsWith('/')) throw new InvalidTemplate('a path begins with /, as in /room/{meetingId}?pwd={passcode}');
  const odd = /[\s\\^$+|[\]"<>]/.exec(text)?.[0];
  if (odd !== undefined) {
    throw new InvalidTemplate(
      `"${odd}" can not stand in a path; regular expressions are not understood, {meetingId} and * are`,
    );
  }
  const [beforeFragment = '', fragment] = text.split('#', 2);
  const [path = '', query] = beforeFragment.split('?', 2);
  const names = path.split('/').filter((segment) => segment !== '');
  const open = names.at(-1) === '**';
  const template: PathTemplate = {
    segments: (open ? names.slice(0, -1) : names).map(pieceOf),
    open,
    parameters: (query === undefined ? [] : query.split('&')).map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new InvalidTemplate(`"${pair}" after the ? must be name=value, as in pwd={passcode}`);
      return { name: pair.slice(0, at), piece: pieceOf(pair.slice(at + 1)) };
    }),
    ...(fragment === undefined ? {} : { fragment: pieceOf(fragment) }),
  };
  const filled = [...template.segments, ...template.parameters.map(({ piece }) => piece), template.fragment].flatMap(
    (piece) => piece?.filled?.field ?? [],
  );
  const twice = filled.find((field, index) => filled.indexOf(field) !== index);
  if (twice !== undefined) throw new InvalidTemplate(`{${twice}} may stand in a path once only`);
  return template;
};

export const holdsMeetingId = ({ segments, parameters, fragment }: PathTemplate): boolean =>
  [...segments, ...parameters.map(({ piece }) => piece), fragment].some(
    (piece) => piece?.filled?.field === 'meetingId',
  );

/** What no number and no passcode holds. */
export const markup = /[<>"\u0000-\u001f\u200b-\u200f\ufeff]/;

/** A link, taken apart once for all templates. */
export interface LinkParts {
  segments: readonly string[];
  /** Values as written, by name in lower case. */
  parameters: ReadonlyMap<string, string>;
  fragment: string;
}

/** Decoded, unless that would give markup or blanks: no number and no passcode holds such. */
export const decoded = (text: string): string => {
  if (!text.includes('%')) return text;
  try {
    const plain = decodeURIComponent(text);
    return markup.test(plain) ? text : plain;
  } catch {
    return text;
  }
};

export const linkParts = (url: URL): LinkParts => {
  const parameters = new Map<string, string>();
  if (url.search.length > 1) {
    for (const pair of url.search.slice(1).split('&')) {
      const at = pair.indexOf('=');
      const name = (at < 0 ? pair : pair.slice(0, at)).toLowerCase();
      if (!parameters.has(name)) parameters.set(name, at < 0 ? '' : pair.slice(at + 1));
    }
  }
  return {
    segments: url.pathname.split('/').filter((segment) => segment !== ''),
    parameters,
    fragment: url.hash.slice(1),
  };
};

const blanks = /[\s-]/g;

const fits = ({ before, filled, after }: Piece, value: string, captured: Captured): boolean => {
  if (!filled)
    return value === before || (value.length === before.length && value.toLowerCase() === before.toLowerCase());
  if (value.length <= before.length + after.length) return false;
  if (!value.startsWith(before) || !value.endsWith(after)) return false;
  let middle = value.slice(before.length, value.length - after.length);
  if (!filled.field) return true;
  middle = decoded(middle);
  if (filled.digits) {
    middle = middle.replace(blanks, '');
    const { least, most } = filled.digits;
    if (middle.length < least || middle.length > most || !/^\d+$/.test(middle)) return false;
  }
  captured[filled.field] = middle;
  return true;
};

/** What stands in the link's places; undefined when the link is another one. */
export const matchTemplate = (template: PathTemplate, link: LinkParts): Captured | undefined => {
  const { segments, open, parameters, fragment } = template;
  if (open ? link.segments.length < segments.length : link.segments.length !== segments.length) return undefined;
  const captured: Captured = {};
  for (let index = 0; index < segments.length; index += 1) {
    if (!fits(segments[index]!, link.segments[index]!, captured)) return undefined;
  }
  for (const { name, piece } of parameters) {
    const value = link.parameters.get(name.toLowerCase());
    if (!(value !== undefined && fits(piece, value, captured)) && !mayBeMissing(piece)) return undefined;
  }
  if (fragment && !fits(fragment, link.fragment, captured) && !mayBeMissing(fragment)) return undefined;
  return captured;
};

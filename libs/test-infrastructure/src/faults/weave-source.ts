/** A change to compiled code, made while it is loaded. */
export interface Weaving {
  name: string;
  /** How the file's path ends (`libs/kafka/dist/relay/sender.js`), or all of it; forward slashes. */
  module: string;
  /** Occurs exactly once in the compiled JavaScript. */
  find: string;
  /**
   * Put in its place on as many lines, so that line numbers and source maps stay right: further lines are joined to the
   * last, so none of them ends in a `//` comment.
   */
  replace: string;
}

export const isIn = (path: string, { module }: Weaving) =>
  path === module || path.endsWith(module.startsWith('/') ? module : `/${module}`);

/** The source with every weaving in it. Throws, naming the weaving, where one doesn't fit. */
export function weaveSource(source: string, weavings: readonly Weaving[]): string {
  const places = weavings
    .map((weaving) => ({ weaving, at: placeOf(source, weaving) }))
    .sort((one, other) => one.at - other.at);
  let woven = '';
  let end = 0;
  for (const { weaving, at } of places) {
    if (at < end) throw new Error(`${weaving.name}: another weaving changes the same text of ${weaving.module}`);
    woven += source.slice(end, at) + onAsManyLines(weaving);
    end = at + weaving.find.length;
  }
  return woven + source.slice(end);
}

function placeOf(source: string, { name, module, find }: Weaving): number {
  if (find === '') throw new Error(`${name}: looks for nothing in ${module}`);
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`${name}: its text occurs ${count} times in ${module}, not once: ${excerpt(find)}`);
  return source.indexOf(find);
}

function onAsManyLines({ find, replace }: Weaving): string {
  const wanted = find.split('\n').length;
  const lines = replace.split('\n');
  const joined = [...lines.slice(0, wanted - 1), lines.slice(wanted - 1).join(' ')];
  return joined.join('\n') + '\n'.repeat(wanted - joined.length);
}

const excerpt = (text: string) => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);

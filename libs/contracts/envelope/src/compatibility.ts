import { isDeepStrictEqual } from 'node:util';

type Schema = Readonly<Record<string, unknown>>;

/** Words for people; they change nothing. */
const ANNOTATIONS = new Set(['description', 'title', '$id', 'examples']);
const STRUCTURE = new Set(['properties', 'required', 'items', 'anyOf']);

/**
 * What in a message's JSON Schema breaks somebody: a consumer of yesterday that checks new messages, or one of today that
 * is sent old ones again. Only new optional fields and other words about a field are compatible. Each fault names its place.
 */
export function incompatibilities(saved: Schema, current: Schema, path = ''): string[] {
  const at = path === '' ? '/' : path;
  return [
    ...keywordFaults(saved, current, at),
    ...propertyFaults(saved, current, path),
    ...alternativeFaults(saved, current, at),
    ...(isSchema(saved['items']) && isSchema(current['items'])
      ? incompatibilities(saved['items'], current['items'], `${path}/[]`)
      : []),
  ];
}

function keywordFaults(saved: Schema, current: Schema, at: string): string[] {
  const faults: string[] = [];
  for (const keyword of new Set([...Object.keys(saved), ...Object.keys(current)])) {
    if (ANNOTATIONS.has(keyword) || STRUCTURE.has(keyword)) continue;
    if (!isDeepStrictEqual(saved[keyword], current[keyword])) {
      faults.push(`${at}: ${keyword} was ${shown(saved[keyword])} and is ${shown(current[keyword])}`);
    }
  }
  return faults;
}

function propertyFaults(saved: Schema, current: Schema, path: string): string[] {
  const before = propertiesOf(saved);
  const after = propertiesOf(current);
  const requiredBefore = requiredOf(saved);
  const requiredAfter = requiredOf(current);
  return [
    ...Object.entries(before).flatMap(([name, schema]) => {
      const now = after[name];
      const place = `${path}/${name}`;
      if (now === undefined) return [`${place}: was there and is gone`];
      const necessity =
        requiredBefore.has(name) === requiredAfter.has(name) ? [] : [necessityFault(place, requiredAfter.has(name))];
      return [...necessity, ...incompatibilities(schema, now, place)];
    }),
    ...Object.keys(after)
      .filter((name) => before[name] === undefined && requiredAfter.has(name))
      .map((name) => `${path}/${name}: is new and required, so messages of before would be refused`),
  ];
}

const necessityFault = (place: string, requiredNow: boolean) =>
  requiredNow
    ? `${place}: was optional and is required, so messages of before would be refused`
    : `${place}: was required and is optional, so consumers of before would refuse messages without it`;

function alternativeFaults(saved: Schema, current: Schema, at: string): string[] {
  const before = alternativesOf(saved);
  const after = alternativesOf(current);
  if (before === undefined || after === undefined) {
    return before === after ? [] : [`${at}: was ${shown(saved)} and is ${shown(current)}`];
  }
  if (before.every(isConstant) && after.every(isConstant)) {
    const was = new Set(before.map((schema) => schema['const']));
    const is = new Set(after.map((schema) => schema['const']));
    return [
      ...[...was].filter((word) => !is.has(word)).map((word) => `${at}: ${shown(word)} is no longer allowed`),
      ...[...is]
        .filter((word) => !was.has(word))
        .map((word) => `${at}: ${shown(word)} is new, and consumers of before would refuse it`),
    ];
  }
  if (before.length !== after.length) return [`${at}: had ${before.length} alternatives and has ${after.length}`];
  return before.flatMap((schema, index) => incompatibilities(schema, after[index] ?? {}, `${at}|${index}`));
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isConstant = (schema: Schema) => 'const' in schema;
const alternativesOf = (schema: Schema) =>
  Array.isArray(schema['anyOf']) ? schema['anyOf'].filter(isSchema) : undefined;
const requiredOf = (schema: Schema) => new Set<unknown>(Array.isArray(schema['required']) ? schema['required'] : []);
const propertiesOf = (schema: Schema): Record<string, Schema> =>
  isSchema(schema['properties'])
    ? Object.fromEntries(
        Object.entries(schema['properties']).filter((entry): entry is [string, Schema] => isSchema(entry[1])),
      )
    : {};
const shown = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value));

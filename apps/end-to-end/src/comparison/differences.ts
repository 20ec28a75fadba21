import type { ComparableInstance } from './instance';

const keyOf = (item: ComparableInstance) => `${item.providerCalendarId} ${item.id}`;

/** Every way in which what is served differs from what is true, in words; empty when they are the same, instance by instance. */
export function differences(truth: readonly ComparableInstance[], served: readonly ComparableInstance[]): string[] {
  const found: string[] = [];
  const trueByKey = new Map(truth.map((item) => [keyOf(item), item]));
  const servedByKey = new Map<string, ComparableInstance>();
  for (const item of served) {
    if (servedByKey.has(keyOf(item))) found.push(`served twice: ${describe(item)}`);
    servedByKey.set(keyOf(item), item);
  }
  for (const [key, item] of trueByKey) {
    const other = servedByKey.get(key);
    if (other === undefined) {
      found.push(`missing: ${describe(item)}`);
      continue;
    }
    for (const field of Object.keys(item) as (keyof ComparableInstance)[]) {
      const [is, shows] = [JSON.stringify(item[field]), JSON.stringify(other[field])];
      if (is !== shows)
        found.push(`${describe(item)}: ${field} is ${is.slice(0, 120)}, served as ${shows.slice(0, 120)}`);
    }
  }
  for (const [key, item] of servedByKey) if (!trueByKey.has(key)) found.push(`served but not true: ${describe(item)}`);
  return found;
}

const describe = ({ id, start, title, providerCalendarId }: ComparableInstance) =>
  `${id} "${title}" at ${start} in ${providerCalendarId}`;

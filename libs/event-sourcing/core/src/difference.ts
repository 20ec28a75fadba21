import { inspect, isDeepStrictEqual } from 'node:util';

/** What a value looks like once it was stored as JSON: a property that is undefined is absent. */
function stored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stored);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, property]) => property !== undefined)
      .map(([name, property]) => [name, stored(property)]),
  );
}

const lines = (value: unknown) =>
  inspect(value, { depth: null, sorted: true, compact: false, breakLength: 100, maxArrayLength: null }).split('\n');

/** Nothing when both are the same as JSON; otherwise the two line by line, `-` expected, `+` found. */
export function difference(expected: unknown, found: unknown): string | undefined {
  const [left, right] = [stored(expected), stored(found)];
  if (isDeepStrictEqual(left, right)) return undefined;
  return lineByLine(lines(left), lines(right)).join('\n');
}

function lineByLine(left: string[], right: string[]): string[] {
  const common = commonLengths(left, right);
  const result: string[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    if (l < left.length && r < right.length && left[l] === right[r]) {
      result.push(`  ${left[l]}`);
      l += 1;
      r += 1;
    } else if (r >= right.length || (l < left.length && common[l + 1]![r]! >= common[l]![r + 1]!)) {
      result.push(`- ${left[l]}`);
      l += 1;
    } else {
      result.push(`+ ${right[r]}`);
      r += 1;
    }
  }
  return result;
}

/** The longest common run of lines from each pair of positions on. */
function commonLengths(left: string[], right: string[]): number[][] {
  const table = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let l = left.length - 1; l >= 0; l -= 1) {
    for (let r = right.length - 1; r >= 0; r -= 1) {
      table[l]![r] = left[l] === right[r] ? table[l + 1]![r + 1]! + 1 : Math.max(table[l + 1]![r]!, table[l]![r + 1]!);
    }
  }
  return table;
}

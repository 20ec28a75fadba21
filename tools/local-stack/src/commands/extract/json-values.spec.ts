import fc from 'fast-check';
import { jsonValues, NotJson } from './json-values';

const inPieces = async function* (text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
};
const read = async (text: string, size = 7): Promise<unknown[]> => {
  const values: unknown[] = [];
  for await (const value of jsonValues(inPieces(text, size))) values.push(value);
  return values;
};

describe('Reading JSON value by value', () => {
  it('gives the items of a list, a lone value, and values in lines', async () => {
    expect(await read('[{"a": "]}\\""}, 2 , null]')).toEqual([{ a: ']}"' }, 2, null]);
    expect(await read('{"a": [1, 2]}')).toEqual([{ a: [1, 2] }]);
    expect(await read('{"a": 1}\n{"a": 2}\n')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await read(' [ ] ')).toEqual([]);
  });

  it('gives what JSON.parse gives, wherever the pieces of the text end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.nat(3),
        fc.integer({ min: 1, max: 9 }),
        async (values, indent, size) => {
          const text = JSON.stringify(values, undefined, indent);
          expect(await read(text, size)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it.each(['', '  ', '{nope', '[1, 2', '[1 2]', '[1,,2]', '[1,]', '[,1]', '[1]]', '[1] 2', '{"a": 1}}', '["a', '}'])(
    'refuses what is none: %s',
    async (text) => {
      await expect(read(text)).rejects.toThrow(NotJson);
    },
  );

  it('has given what stands before a mistake', async () => {
    const values: unknown[] = [];
    const all = async () => {
      for await (const value of jsonValues(inPieces('[1, 2, x]', 3))) values.push(value);
    };
    await expect(all()).rejects.toThrow('item 3');
    expect(values).toEqual([1, 2]);
  });
});

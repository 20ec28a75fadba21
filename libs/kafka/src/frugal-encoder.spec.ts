import fc from 'fast-check';
import { encodeFrugally } from './frugal-encoder';

type Encode = (record: object) => { buffer: Buffer };

/** Loads kafkajs anew, so that what is patched here is not what others have. */
function recordEncoder(patch?: (encode: typeof encodeFrugally) => void): Encode {
  let encode: Encode | undefined;
  jest.isolateModules(() => {
    if (patch !== undefined)
      patch((jest.requireActual('./frugal-encoder') as { encodeFrugally(): void }).encodeFrugally);
    encode = jest.requireActual('kafkajs/src/protocol/recordBatch/record/v0') as Encode;
  });
  return encode!;
}

const plain = recordEncoder();
const frugal = recordEncoder((patch) => patch());
const texts = fc.string({ unit: 'binary', maxLength: 300 });

describe('The encoder of kafkajs as it is patched here', () => {
  it('gives the same bytes', () => {
    fc.assert(
      fc.property(
        texts,
        fc.oneof(
          texts,
          texts.map((text) => text.repeat(40)),
        ),
        fc.dictionary(texts, texts, { maxKeys: 15 }),
        fc.nat({ max: 100_000 }),
        fc.oneof(fc.nat(), fc.integer({ min: -5_000, max: 2 ** 40 })),
        (key, value, headers, offsetDelta, timestampDelta) => {
          const record = { key, value, headers, offsetDelta, timestampDelta };
          expect(frugal(record).buffer.equals(plain(record).buffer)).toBe(true);
        },
      ),
    );
  });
});

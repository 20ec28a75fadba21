import fc from 'fast-check';
import { parse, v5 } from 'uuid';
import { uuidBytes, uuidV5 } from './uuid-v5';

describe('A UUID of a name', () => {
  it('is what the package uuid makes of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uuid(), (name, namespace) => {
        expect(uuidV5(name, uuidBytes(namespace))).toBe(v5(Buffer.from(name), parse(namespace)));
      }),
    );
  });

  it('is the one of RFC 9562, appendix A.4', () => {
    expect(uuidV5('www.example.com', uuidBytes('6ba7b810-9dad-11d1-80b4-00c04fd430c8'))).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });
});

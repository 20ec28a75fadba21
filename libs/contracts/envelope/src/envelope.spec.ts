import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { decode, encode, type Message, type ReceivedRecord } from './envelope';
import { Uuid } from './fields';
import { message, oneOf } from './message';
import { topic } from './topic';

const ThingAddedV1 = message('ThingAdded.v1', {
  thingId: Uuid,
  title: Type.Optional(Type.String()),
  state: oneOf('new', 'old'),
});
const things = topic('example.things.v1', {
  description: '',
  messages: [ThingAddedV1],
  key: ({ thingId }) => thingId,
  subject: ({ title }) => title,
});

const sent: Message = {
  id: '0b0f2c5e-3f7e-4d0f-9c52-5f5a4b3c2d1e',
  source: '/calendar-sync/example',
  type: 'ThingAdded.v1',
  time: '2026-03-01T10:00:00.000Z',
  key: 'k',
  sequence: 1,
  epoch: 1,
  data: { thingId: '0b0f2c5e-3f7e-4d0f-9c52-5f5a4b3c2d1e', state: 'new' },
};
const wire = (encoded: ReturnType<typeof encode>): ReceivedRecord => ({
  key: Buffer.from(encoded.key),
  value: Buffer.from(encoded.value),
  headers: Object.fromEntries(Object.entries(encoded.headers).map(([name, value]) => [name, Buffer.from(value)])),
});
const record = (changes: Partial<ReceivedRecord> = {}): ReceivedRecord => ({
  ...wire(encode(things, sent)),
  ...changes,
});
const withHeaders = (changes: Record<string, string | undefined>): ReceivedRecord => {
  const whole = record();
  return { ...whole, headers: { ...whole.headers, ...changes } };
};

describe('an envelope', () => {
  it('comes out of Kafka as it went in, whatever it holds', () => {
    const filled = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(
        fc.record(
          {
            id: fc.uuid(),
            source: filled,
            type: fc.constant('ThingAdded.v1'),
            subject: filled,
            time: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
            key: filled,
            sequence: fc.integer({ min: 1 }),
            epoch: fc.integer({ min: 1 }),
            ownerId: filled,
            correlationId: filled,
            traceparent: filled,
            data: fc.record(
              {
                thingId: fc.constant(sent.id),
                title: fc.string({ unit: 'grapheme' }),
                state: fc.constantFrom('new', 'old'),
              },
              { requiredKeys: ['thingId', 'state'] },
            ),
          },
          { requiredKeys: ['id', 'source', 'type', 'time', 'key', 'sequence', 'epoch', 'data'] },
        ),
        (original) => {
          expect(decode(things, wire(encode(things, original)))).toEqual({ outcome: 'message', message: original });
        },
      ),
    );
  });

  it('has no header without a value, which kafkajs would throw on', () => {
    expect(Object.values(encode(things, sent).headers).filter((value) => typeof value !== 'string')).toEqual([]);
  });

  it('is a CloudEvent in the binary mode', () => {
    expect(encode(things, sent)).toMatchObject({
      key: 'k',
      value: JSON.stringify(sent.data),
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_sequence: '1',
        ce_epoch: '1',
        ce_dataschema: '/schemas/example.things.v1/ThingAdded.v1',
      },
    });
  });

  it('is refused to be made of data that breaks its contract', () => {
    expect(() => encode(things, { ...sent, data: { thingId: 'x', state: 'new' } })).toThrow(
      /ThingAdded\.v1 .*\/thingId/,
    );
  });

  it('is refused to be made of a message of another topic', () => {
    expect(() => encode(things, { ...sent, type: 'ThingLost.v1' })).toThrow(/no message of example\.things\.v1/);
  });

  it('lets fields through that this reader does not know yet', () => {
    const newer = record({ value: JSON.stringify({ ...(sent.data as object), colour: 'red' }) });
    expect(decode(things, newer)).toMatchObject({ outcome: 'message', message: { data: { colour: 'red' } } });
  });

  it('of a type not known here keeps its sequence and is told apart', () => {
    expect(decode(things, withHeaders({ ce_type: 'ThingPainted.v1', ce_sequence: '5' }))).toMatchObject({
      outcome: 'unknown-type',
      message: { type: 'ThingPainted.v1', sequence: 5 },
    });
  });

  it.each<[string, ReceivedRecord, RegExp]>([
    ['no key', record({ key: null }), /no key/],
    ['an empty key', record({ key: Buffer.alloc(0) }), /no key/],
    ['a tombstone', record({ value: null }), /tombstone/],
    ['no headers', record({ headers: {} }), /ce_specversion/],
    ['another version of CloudEvents', withHeaders({ ce_specversion: '0.3' }), /ce_specversion/],
    ['no id', withHeaders({ ce_id: undefined }), /ce_id/],
    ['no source', withHeaders({ ce_source: undefined }), /ce_source/],
    ['no sequence', withHeaders({ ce_sequence: undefined }), /ce_sequence/],
    ['sequence 0', withHeaders({ ce_sequence: '0' }), /ce_sequence/],
    ['a sequence that is no number', withHeaders({ ce_sequence: '1; drop' }), /ce_sequence/],
    ['a sequence beyond what can be counted', withHeaders({ ce_sequence: '9007199254740993' }), /ce_sequence/],
    ['epoch 1.5', withHeaders({ ce_epoch: '1.5' }), /ce_epoch/],
    ['no JSON', record({ value: '{' }), /not JSON/],
    ['an empty value', record({ value: '' }), /not JSON/],
    ['null as JSON', record({ value: 'null' }), /breaks its contract/],
    ['data that breaks its contract', record({ value: '{"thingId":"x","state":"new"}' }), /at \/thingId/],
    ['a word that is not allowed', record({ value: `{"thingId":"${sent.id}","state":"odd"}` }), /at \/state/],
  ])('with %s is poison, with its reason', (_what, received, reason) => {
    expect(decode(things, received)).toEqual(
      expect.objectContaining({ outcome: 'poison', reason: expect.stringMatching(reason) }),
    );
  });

  it('that is poison still tells the key and the source that it came with', () => {
    expect(decode(things, record({ value: '{' }))).toMatchObject({ key: 'k', source: '/calendar-sync/example' });
  });

  it('is never thrown at, whatever comes', () => {
    const bytes = fc.uint8Array().map((array) => Buffer.from(array));
    const anything = fc.record({
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.option(fc.dictionary(fc.constantFrom(...Object.keys(encode(things, sent).headers)), bytes), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(anything, ({ headers, ...rest }) => {
        expect(['poison', 'message', 'unknown-type']).toContain(
          decode(things, { ...rest, ...(headers && { headers }) }).outcome,
        );
      }),
    );
  });
});

describe('a topic', () => {
  it('knows the key and the subject of its messages', () => {
    expect(things.keyOf(sent.data)).toBe(sent.id);
    expect(things.subjectOf({ ...(sent.data as object), title: 'tea' })).toBe('tea');
  });

  it.each(['things', 'example.things', 'example.things.1', 'Example.things.v1'])('may not be named %s', (name) => {
    expect(() => topic(name, { description: '', messages: [ThingAddedV1], key: () => 'k' })).toThrow(
      /owner\.things\.vN/,
    );
  });

  it('keeps facts seven days and commands one hour', () => {
    const commands = topic('example.commands.v1', {
      description: '',
      kind: 'commands',
      messages: [ThingAddedV1],
      key: () => 'k',
    });
    expect([things.retentionMs, commands.retentionMs]).toEqual([7 * 24 * 3_600_000, 3_600_000]);
  });
});

describe('a message', () => {
  it.each(['thingAdded.v1', 'ThingAdded', 'Thing-Added.v1'])('may not be named %s', (type) => {
    expect(() => message(type, {})).toThrow(/PascalCase/);
  });
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TProperties, Type } from '@sinclair/typebox';
import { incompatibilities } from './compatibility';
import { message, oneOf } from './message';
import { brokenContracts, saveContracts, unsavedContracts } from './saved-contracts';
import { topic } from './topic';

const schema = (properties: TProperties) =>
  JSON.parse(JSON.stringify(Type.Object(properties))) as Record<string, unknown>;
const before = schema({
  id: Type.String(),
  status: oneOf('open', 'closed'),
  note: Type.Optional(Type.String()),
  people: Type.Array(Type.Object({ email: Type.String() })),
  time: Type.Union([Type.Object({ date: Type.String() }), Type.Object({ dateTime: Type.String() })]),
});
const after = (changes: TProperties) =>
  incompatibilities(
    before,
    schema({
      id: Type.String(),
      status: oneOf('open', 'closed'),
      note: Type.Optional(Type.String()),
      people: Type.Array(Type.Object({ email: Type.String() })),
      time: Type.Union([Type.Object({ date: Type.String() }), Type.Object({ dateTime: Type.String() })]),
      ...changes,
    }),
  );

describe('a change of a contract', () => {
  it('is compatible when it adds optional fields, wherever, or says something else about one', () => {
    expect(
      after({
        id: Type.String({ description: 'ours' }),
        added: Type.Optional(Type.Integer()),
        people: Type.Array(Type.Object({ email: Type.String(), name: Type.Optional(Type.String()) })),
      }),
    ).toEqual([]);
  });

  it.each<[string, TProperties, RegExp]>([
    ['a new required field', { added: Type.String() }, /^\/added: is new and required/],
    ['an optional field that becomes required', { note: Type.String() }, /^\/note: was optional and is required/],
    [
      'a required field that becomes optional',
      { id: Type.Optional(Type.String()) },
      /^\/id: was required and is optional/,
    ],
    ['another type', { id: Type.Integer() }, /^\/id: type was "string" and is "integer"/],
    ['a narrower text', { id: Type.String({ maxLength: 3 }) }, /^\/id: maxLength was absent and is 3/],
    ['a word that is gone', { status: oneOf('open') }, /^\/status: /],
    ['a new word', { status: oneOf('open', 'closed', 'gone') }, /^\/status: "gone" is new/],
    [
      'a change inside a list',
      { people: Type.Array(Type.Object({})) },
      /^\/people\/\[\]\/email: was there and is gone/,
    ],
    [
      'a list that must not be empty',
      { people: Type.Array(Type.Object({ email: Type.String() }), { minItems: 1 }) },
      /minItems/,
    ],
    ['an alternative that is gone', { time: Type.Object({ date: Type.String() }) }, /^\/time: /],
    [
      'a change inside an alternative',
      { time: Type.Union([Type.Object({ date: Type.Integer() }), Type.Object({ dateTime: Type.String() })]) },
      /^\/time\|0\/date: type/,
    ],
  ])('is refused for %s', (_what, changes, fault) => {
    expect(after(changes)).toContainEqual(expect.stringMatching(fault));
  });

  it('is refused for a field that is gone', () => {
    expect(incompatibilities(before, schema({ id: Type.String() }))).toContain('/note: was there and is gone');
  });
});

describe('the saved contracts of a service', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'contracts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const topics = (properties: TProperties, type = 'ThingChanged.v1') => [
    topic('example.things.v1', { description: '', messages: [message(type, properties)], key: () => 'key' }),
  ];

  it('take an addition, and are not up to date until it is saved', () => {
    saveContracts(topics({ id: Type.String() }), folder);
    const added = topics({ id: Type.String(), note: Type.Optional(Type.String()) });
    expect(brokenContracts(added, folder)).toEqual([]);
    expect(unsavedContracts(added, folder)).toEqual([expect.stringMatching(/^ThingChanged\.v1 .*npm run contracts/)]);
    saveContracts(added, folder);
    expect(unsavedContracts(added, folder)).toEqual([]);
  });

  it('refuse what breaks somebody, say how to proceed, and stay as they are', () => {
    const first = topics({ id: Type.String() });
    saveContracts(first, folder);
    expect(() => saveContracts(topics({ id: Type.Integer() }), folder)).toThrow(
      /ThingChanged\.v1 .*Add a \.v2 beside it/,
    );
    expect(unsavedContracts(first, folder)).toEqual([]);
  });

  it('refuse that a message is no longer published', () => {
    saveContracts(topics({ id: Type.String() }), folder);
    expect(brokenContracts(topics({ id: Type.String() }, 'ThingChanged.v2'), folder)).toEqual([
      expect.stringMatching(/^ThingChanged\.v1 is no longer published/),
    ]);
    expect(readdirSync(folder)).toEqual(['ThingChanged.v1.json']);
  });
});

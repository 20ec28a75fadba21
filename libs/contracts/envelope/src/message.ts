import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';

export interface MessageContract<Name extends string = string, Data = unknown> {
  /** CloudEvents `type`, versioned by name: `EntryAdded.v1`. */
  readonly type: Name;
  readonly schema: TSchema;
  /** The first fault found, as `path: what would be right`, or undefined when the data fulfils the contract. */
  fault(data: unknown): string | undefined;
  /** Carries the type of the data; never there at run time. */
  readonly data?: Data;
}

/** The data of a contract: `type EntryAddedV1 = MessageOf<typeof EntryAddedV1>`. */
export type MessageOf<Contract> = Contract extends MessageContract<string, infer Data> ? Data : never;

/** One message: its type, its JSON Schema and the check compiled from it. Unknown fields are allowed: producers deploy first. */
export function message<Name extends string, Properties extends TProperties>(
  type: Name,
  properties: Properties,
  options: { description?: string } = {},
): MessageContract<Name, Static<TObject<Properties>>> {
  if (!/^[A-Z][A-Za-z]+\.v\d+$/.test(type))
    throw new Error(`${type}: a message type is PascalCase with its version, as in EntryAdded.v1`);
  const schema: TSchema = Type.Object(properties, { $id: type, title: type, ...options });
  let compiled: TypeCheck<TSchema> | undefined;
  return {
    type,
    schema,
    fault(data) {
      compiled ??= TypeCompiler.Compile(schema);
      if (compiled.Check(data)) return undefined;
      const first = compiled.Errors(data).First();
      return first === undefined ? 'does not fulfil its schema' : `${first.path || '/'}: ${first.message}`;
    },
  };
}

/** A string of one of the given words. */
export function oneOf<Word extends string>(...words: Word[]) {
  return Type.Unsafe<Word>(Type.Union(words.map((word) => Type.Literal(word))));
}

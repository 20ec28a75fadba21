import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { asyncApiPart } from './asyncapi';
import { incompatibilities } from './compatibility';
import type { Topic } from './topic';

type Json = Record<string, unknown>;

const HOW_TO_PROCEED =
  'Add a .v2 beside it and publish both until nobody reads the old one. (If it was never released, delete its saved schema.)';
const SAVE = 'Run `npm run contracts` to save it.';

const schemasOf = (topics: readonly Topic[]): Map<string, Json> =>
  new Map(
    topics.flatMap(({ messages }) =>
      messages.map(({ type, schema }) => [type, JSON.parse(JSON.stringify(schema)) as Json] as const),
    ),
  );

const savedSchemas = (folder: string): Map<string, Json> =>
  new Map(
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json]),
  );

/** What of a service's contracts would break somebody, compared with the schemas saved in the folder. Empty: nothing. */
export function brokenContracts(topics: readonly Topic[], folder: string): string[] {
  const current = schemasOf(topics);
  return [...savedSchemas(folder)].flatMap(([type, saved]) => {
    const now = current.get(type);
    if (now === undefined) return [`${type} is no longer published. ${HOW_TO_PROCEED}`];
    return incompatibilities(saved, now).map((fault) => `${type} ${fault}. ${HOW_TO_PROCEED}`);
  });
}

/** What was added to a service's contracts and is not saved yet. Empty: the folder is up to date. */
export function unsavedContracts(topics: readonly Topic[], folder: string): string[] {
  const saved = savedSchemas(folder);
  return [...schemasOf(topics)]
    .filter(([type, schema]) => !isDeepStrictEqual(saved.get(type), schema))
    .map(([type]) => `${type} differs from its saved schema. ${SAVE}`);
}

/** Saves the schemas of a service. Throws, and saves nothing, when one would break somebody. */
export function saveContracts(topics: readonly Topic[], folder: string): void {
  const broken = brokenContracts(topics, folder);
  if (broken.length > 0) throw new Error(broken.join('\n'));
  mkdirSync(folder, { recursive: true });
  for (const [type, schema] of schemasOf(topics)) {
    writeFileSync(join(folder, `${type}.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

/** Where a service's part of the AsyncAPI document differs from its contracts. Empty: it is up to date. */
export function undocumentedContracts(service: string, topics: readonly Topic[], document: unknown): string[] {
  const part = asyncApiPart(service, topics);
  const documented = document as { channels?: Json; operations?: Json; components?: { messages?: Json } };
  const compare = (kind: string, expected: object, found: Json = {}) => [
    ...Object.entries(expected)
      .filter(([name, value]) => !isDeepStrictEqual(found[name], value))
      .map(([name]) => `${kind} ${name} is not documented as it is. ${SAVE}`),
    ...Object.keys(found)
      .filter((name) => ownedBy(service, name) && !(name in expected))
      .map((name) => `${kind} ${name} is documented and does not exist. ${SAVE}`),
  ];
  return [
    ...compare('channel', part.channels, documented.channels),
    ...compare('operation', part.operations, documented.operations),
    ...compare('message', part.messages, documented.components?.messages),
  ];
}

const ownedBy = (service: string, name: string) => name.startsWith(`${service}.`);

// Saves the JSON Schema of every message, writes the AsyncAPI document and a page to read. Needs a build; refuses what would break a consumer.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { asyncApiDocument, asyncApiPart, saveContracts } = require('@calendar-sync/contracts-envelope');
const here = fileURLToPath(new URL('./', import.meta.url));
const docs = fileURLToPath(new URL('../../docs/asyncapi/', import.meta.url));

/** `webhook-ingestion` exports `webhookIngestionTopics`. */
const exportName = (service) => `${service.replace(/-(.)/g, (_, letter) => letter.toUpperCase())}Topics`;

const owners = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'envelope')
  .map(({ name }) => ({ service: name, topics: require(`@calendar-sync/contracts-${name}`)[exportName(name)] }))
  .sort((one, two) => (one.service < two.service ? -1 : 1));

try {
  for (const { service, topics } of owners) saveContracts(topics, `${here}${service}/schemas`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

mkdirSync(docs, { recursive: true });
const document = asyncApiDocument(owners.map(({ service, topics }) => asyncApiPart(service, topics)));
writeFileSync(`${docs}asyncapi.json`, JSON.stringify(document, null, 2));
writeFileSync(`${docs}README.md`, page(owners));
execFileSync(process.execPath, [
  require.resolve('prettier/bin/prettier.cjs'),
  '--log-level=warn',
  '--write',
  docs,
  ...owners.map(({ service }) => `${here}${service}/schemas`),
]);

/** Belongs to no service: the relay of every one may send it, on each of its topics of facts and on the topics of their replays. */
function sequencesGone() {
  return [
    '## On every topic of facts',
    '',
    '**`SequencesGone.v1`**: in place of messages that their owner has no longer (aged out, erased) or can never send. It stands for all of',
    'their numbers, its own `ce_sequence` being the last: go on behind it, and apply nothing. It comes on `<topic>.replay.<consumer>`, where',
    'missing numbers were asked for with `ReplayRequested.v1`, and on the topic itself where an operator passed over a refused message.',
    '',
    '| Field | Type | |',
    '|---|---|---|',
    '| `fromSequence` | integer | the first number that will not come |',
    '| `toSequence` | integer | the last one |',
    '',
  ];
}

function page(all) {
  return [
    '# The messages',
    '',
    'Written by `npm run contracts` from `libs/contracts`; [`asyncapi.json`](asyncapi.json) is the same for programs (AsyncAPI 3).',
    'CloudEvents 1.0 in the Kafka binary content mode: attributes in headers, the data alone in the value. At least once, in order per key;',
    '`ce_sequence` counts without gaps per source, topic, key and `ce_epoch`. Fields may be added: ignore what you do not know.',
    '',
    ...sequencesGone(),
    ...all.flatMap(({ service, topics }) => [`## ${service}`, '', ...topics.flatMap(topicLines)]),
  ].join('\n');
}

function topicLines({ name, description, kind, retentionMs, messages }) {
  return [
    `### \`${name}\``,
    '',
    `${description} ${kind === 'commands' ? 'Commands' : 'Facts'}, kept for ${retentionMs === 3_600_000 ? 'an hour' : `${retentionMs / 86_400_000} days`}.`,
    '',
    ...messages.flatMap(({ type, schema }) => [
      `**\`${type}\`**${schema.description ? `: ${schema.description}` : ''}`,
      '',
      '| Field | Type | |',
      '|---|---|---|',
      ...Object.entries(schema.properties).map(
        ([field, property]) =>
          `| \`${field}\`${schema.required?.includes(field) ? '' : ' (optional)'} | ${typeName(property)} | ${property.description ?? ''} |`,
      ),
      '',
    ]),
  ];
}

function typeName({ type, anyOf, items, const: constant, pattern }) {
  if (constant !== undefined) return `\`${constant}\``;
  if (anyOf) return anyOf.map(typeName).join(' or ');
  if (type === 'array') return `list of ${typeName(items)}`;
  if (pattern?.includes('{8}-')) return 'UUID';
  if (pattern?.includes('T')) return 'instant';
  return type ?? 'anything';
}

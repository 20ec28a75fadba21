import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = Record<string, unknown>;
interface Operation {
  action: string;
  channel: { $ref: string };
  messages: { $ref: string }[];
}
interface AsyncApi {
  asyncapi: string;
  info: { title?: string; version?: string };
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, Operation>;
  components: { messages: Record<string, { name: string; payload: Json; traits: { $ref: string }[] }> };
}

const text = readFileSync(join(__dirname, '../../../../docs/asyncapi/asyncapi.json'), 'utf8');
const document = JSON.parse(text) as AsyncApi;

const resolve = (pointer: string) =>
  pointer
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((place, step) => (place as Json | undefined)?.[step], document);

const references = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
};

describe('the AsyncAPI document', () => {
  it('is of version 3 and says what it describes', () => {
    expect(document.asyncapi).toBe('3.0.0');
    expect(document.info).toMatchObject({ title: expect.stringMatching(/./), version: expect.stringMatching(/^\d/) });
  });

  it('refers only to what it holds', () => {
    const all = references(document);
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter((pointer) => !pointer.startsWith('#/') || resolve(pointer) === undefined)).toEqual([]);
  });

  it('has one operation per channel, with messages of that channel and no others', () => {
    const channels = Object.values(document.operations).map(({ channel }) => channel.$ref);
    expect(new Set(channels).size).toBe(channels.length);
    expect(channels).toHaveLength(Object.keys(document.channels).length);
    for (const { action, channel, messages } of Object.values(document.operations)) {
      expect(['send', 'receive']).toContain(action);
      expect(messages.length).toBeGreaterThan(0);
      for (const { $ref } of messages) expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
    }
  });

  it('gives every message a payload and the headers of its envelope', () => {
    for (const { name, payload, traits } of Object.values(document.components.messages)) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+\.v\d+$/);
      expect(payload).toMatchObject({ type: 'object', properties: expect.anything() });
      expect(payload).not.toHaveProperty('$id');
      expect(traits).toEqual([{ $ref: '#/components/messageTraits/cloudEvent' }]);
    }
  });

  it('has no channel without an owner in its name, and no command beside a fact', () => {
    for (const [name, { address }] of Object.entries(document.channels)) {
      expect(address).toBe(name);
      const operation = Object.values(document.operations).find(
        ({ channel }) => resolve(channel.$ref) === document.channels[name],
      );
      expect(operation?.action).toBe(/\.commands\.v\d+$/.test(name) ? 'receive' : 'send');
    }
  });
});

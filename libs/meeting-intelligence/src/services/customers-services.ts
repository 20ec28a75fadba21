import { MeetingService } from './meeting-service';
import { holdsMeetingId, InvalidTemplate, pathTemplate } from './path-template';

/** What a customer wrote about his services can't be used; says which item, which field, and what would be right. */
export class InvalidMeetingServices extends Error {
  override readonly name = 'InvalidMeetingServices';
  constructor(
    /** From 0; undefined where the whole is not a list. */
    readonly item: number | undefined,
    /** Undefined where the item is not an object. */
    readonly field: string | undefined,
    readonly problem: string,
  ) {
    const place =
      item === undefined ? 'the meeting services' : `meeting service ${item}${field ? `, field "${field}"` : ''}`;
    super(`${place}: ${problem}`);
  }
}

const known = ['provider', 'host', 'hosts', 'path', 'paths'];
const example = '{"provider": "acme-meet", "host": "meet.acme.example", "path": "/room/{meetingId}?pwd={passcode}"}';

/**
 * A customer's own services, from JSON: a list of objects with `provider`, `host` (or a list, `hosts`) and `path` (or `paths`). A host
 * stands for itself and everything below it. Throws InvalidMeetingServices at the first mistake.
 */
export const parseMeetingServices = (json: unknown): MeetingService[] => {
  if (!Array.isArray(json))
    throw new InvalidMeetingServices(undefined, undefined, `must be a list, as in [${example}]`);
  return json.map(serviceOf);
};

const serviceOf = (given: unknown, item: number): MeetingService => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidMeetingServices(item, undefined, `must be an object, as in ${example}`);
  }
  const fields = given as Record<string, unknown>;
  const stranger = Object.keys(fields).find((field) => !known.includes(field));
  if (stranger !== undefined) {
    throw new InvalidMeetingServices(item, stranger, `is unknown; there are ${known.join(', ')}`);
  }
  const refuse = (field: string) => (problem: string) => new InvalidMeetingServices(item, field, problem);
  const { provider } = fields;
  if (typeof provider !== 'string' || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(provider) || provider.length > 40) {
    throw refuse('provider')(
      'must be a name of small letters, digits and single hyphens, at most 40 characters: "acme-meet"',
    );
  }
  return {
    provider,
    hosts: oneOrMore(fields, 'host', refuse).map(({ text, field }) => hostOf(text, refuse(field))),
    paths: oneOrMore(fields, 'path', refuse).map(({ text, field }) => pathOf(text, refuse(field))),
  };
};

type Refuse = (problem: string) => InvalidMeetingServices;

const oneOrMore = (
  fields: Record<string, unknown>,
  one: 'host' | 'path',
  refuse: (field: string) => Refuse,
): { text: string; field: string }[] => {
  const many = `${one}s`;
  if (fields[one] !== undefined && fields[many] !== undefined)
    throw refuse(many)(`stands beside "${one}"; one is enough`);
  if (fields[many] === undefined) {
    const value = fields[one];
    if (typeof value !== 'string' || value === '') throw refuse(one)('must be a text that is not empty');
    return [{ text: value, field: one }];
  }
  const values = fields[many];
  if (!Array.isArray(values) || values.length === 0) throw refuse(many)('must be a list that is not empty');
  return values.map((value, index) => {
    const field = `${many}[${index}]`;
    if (typeof value !== 'string' || value === '') throw refuse(field)('must be a text that is not empty');
    return { text: value, field };
  });
};

const hostOf = (text: string, refuse: Refuse): string => {
  if (/[/:?#@*\s\\]/.test(text)) {
    throw refuse(
      `"${text}" must be a host only, without scheme, port, path or *: "meet.acme.example" stands for everything below it too`,
    );
  }
  const host = URL.parse(`https://${text.replace(/^\./, '')}`)?.hostname.replace(/\.$/, '');
  if (host === undefined || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host))
    throw refuse(`"${text}" is no host name: write it as in "meet.acme.example"`);
  if (!host.includes('.'))
    throw refuse(`"${text}" would stand for too much: a host has at least one dot, as in "meet.acme.example"`);
  return host;
};

const pathOf = (text: string, refuse: Refuse): string => {
  try {
    if (!holdsMeetingId(pathTemplate(text))) {
      throw new InvalidTemplate(
        '{meetingId} must stand somewhere, as in /room/{meetingId}, or every page would be a place to join',
      );
    }
    return text;
  } catch (error) {
    if (error instanceof InvalidTemplate) throw refuse(error.message);
    throw error;
  }
};

import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './simulator';

const USAGE =
  'google-calendar-simulator [--port N] [--host 127.0.0.1] [--data DIR] [--seed N] [--people N] [--entries N] [--ics [E-MAIL=]FILE …] [--start-at TIME] [--client ID:SECRET …]';

function whole(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} is not a whole number. ${USAGE}`);
  return number;
}

/** @throws Error of one line, for what isn't understood. */
export function parseArguments(args: string[]): SimulatorOptions {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      seed: { type: 'string' },
      'start-at': { type: 'string' },
      client: { type: 'string', multiple: true },
      people: { type: 'string' },
      entries: { type: 'string' },
      ics: { type: 'string', multiple: true },
    },
  });
  const [port, seed] = [whole('port', values.port), whole('seed', values.seed)];
  const [people, entries] = [whole('people', values.people), whole('entries', values.entries)];
  const startAt = values['start-at'] === undefined ? undefined : Date.parse(values['start-at']);
  if (Number.isNaN(startAt)) throw new Error(`--start-at is not a time. ${USAGE}`);
  return {
    ...(port !== undefined && { port }),
    ...(seed !== undefined && { seed }),
    ...(people !== undefined && { people }),
    ...(entries !== undefined && { entriesPerPerson: entries }),
    ...(values.ics && { ics: values.ics.map(icsSource) }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values.data !== undefined && { dataDirectory: values.data }),
    ...(startAt !== undefined && { startAt }),
    ...(values.client && {
      clients: values.client.map((client) => ({
        id: client.split(':')[0] ?? '',
        secret: client.split(':').slice(1).join(':'),
      })),
    }),
  };
}

function icsSource(argument: string): { file: string; email?: string } {
  const [, email, file] = /^([^=/]+@[^=/]+)=(.+)$/.exec(argument) ?? [];
  return email === undefined || file === undefined ? { file: argument } : { file, email };
}

import { createReadStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  assessMeeting,
  fromGoogleEvent,
  type GoogleEvent,
  InvalidGoogleEvent,
  InvalidMeetingServices,
  type MeetingService,
  parseMeetingServices,
} from '@calendar-sync/meeting-intelligence';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import { Refusal } from '../../settings/settings';
import type { Context } from '../context';
import { jsonValues, NotJson } from './json-values';

export interface ExtractStreams {
  input: AsyncIterable<string>;
  write(line: string): Promise<void> | void;
}

const INVALID_JSON = 2;

/** `npm run --silent extract -- FILE.json`: what each event is and how to join it, a line of JSON each. Gives the exit code: 1 where an event could not be read. */
export async function extract(file: string | undefined, { settings }: Context): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    return await extractFrom(
      { input: textOf(file), write: (line) => written(line) },
      servicesIn(settings['MEETING_SERVICES_FILE']),
    );
  } catch (error) {
    if (!(error instanceof NotJson) && !(error instanceof Refusal) && !isFileError(error)) throw error;
    process.stderr.write(`${error instanceof NotJson ? `${file ?? 'the input'} is not JSON: ` : ''}${error.message}\n`);
    return INVALID_JSON;
  }
}

/** One line per event, in their order, also for one that can not be read. Throws NotJson. */
export async function extractFrom(
  { input, write }: ExtractStreams,
  services: readonly MeetingService[] | undefined,
): Promise<number> {
  let index = 0;
  let code = 0;
  for await (const value of jsonValues(input)) {
    for (const event of eventsIn(value)) {
      const line = lineFor(event, index, services);
      if ('error' in line) code = 1;
      await write(`${JSON.stringify(line)}\n`);
      index += 1;
    }
  }
  return code;
}

/** An answer of Google's `events.list` is as good as a list. */
const eventsIn = (value: unknown): unknown[] => {
  const { kind, items } = Object(value) as { kind?: unknown; items?: unknown };
  return kind === 'calendar#events' && Array.isArray(items) ? items : [value];
};

const lineFor = (event: unknown, index: number, services: readonly MeetingService[] | undefined): object => {
  try {
    return assessMeeting(fromGoogleEvent(event as GoogleEvent), services);
  } catch (error) {
    const { field, message } = error as InvalidGoogleEvent;
    return { error: message, index, ...(field ? { field } : {}) };
  }
};

const fromCaller = (file: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), file);

async function* textOf(file: string | undefined): AsyncGenerator<string> {
  const stream = file === undefined || file === '-' ? process.stdin : createReadStream(fromCaller(file));
  yield* stream.setEncoding('utf8') as AsyncIterable<string>;
}

const servicesIn = (file: string | undefined): MeetingService[] | undefined => {
  if (!file) return undefined;
  const refuse = (problem: string) => new Refusal(`MEETING_SERVICES_FILE ${file}: ${problem}`);
  try {
    // In .env a path is seen from the checkout, as the services see it.
    const path = process.env['MEETING_SERVICES_FILE'] ? fromCaller(file) : resolve(workspaceRoot, file);
    return parseMeetingServices(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof InvalidMeetingServices) throw refuse(error.message);
    throw refuse((error as Error).message.replace(/\s+/g, ' '));
  }
};

const written = (line: string): Promise<void> | void =>
  process.stdout.write(line) ? undefined : new Promise((done) => process.stdout.once('drain', done));

const isFileError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

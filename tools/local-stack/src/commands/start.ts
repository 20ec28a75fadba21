import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { becomeLauncher } from '../launcher-lock';
import { connect, type Person, peopleOf } from '../people/people';
import { showSteps } from '../progress/on-terminal';
import type { Stack } from '../running-stack';
import { Refusal } from '../settings/settings';
import { startStack } from '../stack';
import { type Context, write } from './context';
import { whatToTry } from './what-to-try';

export interface StartOptions {
  simulator: boolean;
  ics?: string[];
}

/** `npm start`: everything on this machine, until Ctrl-C. Gives the exit code. */
export async function start(options: StartOptions, { settings, directory }: Context): Promise<number> {
  const interrupted = interruption();
  directory.create();
  const launcher = await becomeLauncher(directory);
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      dir: directory.path,
      env: settings,
      simulator: options.simulator,
      ics: icsFiles(options.ics ?? [], settings['INIT_CWD']),
      showSteps,
      onNews: (name, text) => write(`${name}: ${text}`),
      signal: interrupted.signal,
    });
    const people = options.simulator ? await connectPeople(stack) : [];
    if (!interrupted.signal.aborted) write(whatToTry(stack, people));
    await interrupted.promise;
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 0;
    throw error;
  } finally {
    const hardLimit = setTimeout(() => void stack?.destroy().finally(() => process.exit(1)), 14_000);
    await stack?.stop();
    clearTimeout(hardLimit);
    launcher.release();
    interrupted.end();
  }
}

async function connectPeople(stack: Stack): Promise<Person[]> {
  const { simulator } = stack.urls;
  if (simulator === undefined) return [];
  let people: Person[] = [];
  await showSteps([
    {
      title: 'People with calendars',
      run: async (report) => {
        people = await peopleOf(simulator);
        const outcomes = await Promise.allSettled(people.map((person) => connect(person, stack)));
        outcomes.forEach((outcome, index) => {
          const { email } = people[index]!;
          if (outcome.status === 'rejected') report(outcome.reason instanceof Error ? outcome.reason.message : email);
          else if (outcome.value !== 'already') report(`${email} ${outcome.value}`);
        });
      },
    },
  ]);
  return people;
}

/** `FILE` or `EMAIL=FILE`, relative to where the person is. */
function icsFiles(wishes: readonly string[], from = process.cwd()): string[] {
  return wishes.map((wish) => {
    const [, owner = '', file = wish] = /^([^=/]+@[^=/]+=)(.+)$/.exec(wish) ?? [];
    const path = resolve(from, file);
    if (!existsSync(path)) throw new Refusal(`--ics: there is no file ${file}.`);
    return owner + path;
  });
}

/**
 * The wish to end, from Ctrl-C, SIGTERM or the end of whoever started us. npm and the terminal may both pass on the same
 * Ctrl-C; only one that comes a good second later means "at once".
 */
function interruption() {
  const controller = new AbortController();
  const { promise, resolve: interrupted } = Promise.withResolvers<void>();
  let first = 0;
  const onSignal = () => {
    if (first === 0) {
      first = Date.now();
      write('Stopping …');
      controller.abort();
      interrupted();
    } else if (Date.now() - first > 1_500) {
      process.exit(1);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && first === 0 && onSignal(), 500);
  return {
    signal: controller.signal,
    promise,
    end: () => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

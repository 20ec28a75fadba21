import { stateAfter } from './decider';
import { difference } from './difference';
import { DomainError } from './domain-error';

interface Subject<State, Past, Asked, Answer> {
  readonly initialState: State;
  evolve(state: State, past: Past): State;
  decide(asked: Asked, state: State): Answer[];
}

export interface Outcome<Answer> {
  /** Exactly these, in this order; a property that is undefined counts as absent. */
  then(...expected: Answer[]): void;
  thenNothing(): void;
  /** A DomainError with this code. */
  thenRefused(code: string): void;
}

/** A sentence about a decider or a workflow: `given(calendar, added).when(rename).then(renamed)`. Throws an Error that shows the difference, so any test framework reports it. */
export function given<State, Past, Asked, Answer>(
  subject: Subject<State, Past, Asked, Answer>,
  ...past: NoInfer<Past>[]
): { when(asked: Asked): Outcome<Answer> } {
  return {
    when(asked) {
      const decide = () => subject.decide(asked, stateAfter(subject, past));
      return {
        then: (...expected) => compare(expected, decide()),
        thenNothing: () => compare([], decide()),
        thenRefused: (code) => refused(code, decide),
      };
    },
  };
}

function compare(expected: unknown[], found: unknown[]) {
  const shown = difference(expected, found);
  if (shown !== undefined) throw new Error(`Decided otherwise (- expected, + decided):\n${shown}`);
}

function refused(code: string, decide: () => unknown[]) {
  let decided: unknown[];
  try {
    decided = decide();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === code) return;
    throw new Error(`Refused with the code ${error.code}, expected ${code}`, { cause: error });
  }
  throw new Error(`Expected a refusal with the code ${code}, but decided:\n${JSON.stringify(decided, undefined, 2)}`);
}

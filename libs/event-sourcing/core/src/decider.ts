/** Something that happened, or a command: a name and what belongs to it, both as JSON. */
export interface Fact<Type extends string = string, Data = unknown> {
  type: Type;
  data: Data;
}

/** The rules of one stream: the world comes in as data, facts come out. No clock, no I/O, no randomness. */
export interface Decider<State, Command, Event extends Fact> {
  readonly initialState: State;
  evolve(state: State, event: Event): State;
  /** What follows from the command; nothing when it is no news. Throws a DomainError when a rule says no. */
  decide(command: Command, state: State): Event[];
}

/** A process that listens and orders. `decide` sees the state from before its input; `evolve` then takes the input in. Time arrives as an input. */
export interface Workflow<State, Input, Output> {
  readonly initialState: State;
  evolve(state: State, input: Input): State;
  decide(input: Input, state: State): Output[];
}

/** The state after these facts, from the beginning or from a state that is given. */
export function stateAfter<State, Event>(
  { initialState, evolve }: { initialState: State; evolve(state: State, event: Event): State },
  events: Iterable<Event>,
  from: State = initialState,
): State {
  let state = from;
  for (const event of events) state = evolve(state, event);
  return state;
}

/** What several commands to one stream give, each deciding on what the ones before it did. */
export function decideAll<State, Command, Event extends Fact>(
  decider: Decider<State, Command, Event>,
  commands: Iterable<Command>,
  state: State,
): { events: Event[]; state: State } {
  const events: Event[] = [];
  let current = state;
  for (const command of commands) {
    const decided = decider.decide(command, current);
    events.push(...decided);
    current = stateAfter(decider, decided, current);
  }
  return { events, state: current };
}

import { decideAll, type Decider, difference, DomainError, type Fact, given, type Workflow } from '.';

type DoorEvent = Fact<'DoorOpened', { by: string; note?: string }> | Fact<'DoorClosed', { by: string }>;
type DoorCommand = Fact<'OpenDoor', { by: string; note?: string }> | Fact<'CloseDoor', { by: string }>;

const door: Decider<'open' | 'closed', DoorCommand, DoorEvent> = {
  initialState: 'closed',
  evolve: (_state, event) => (event.type === 'DoorOpened' ? 'open' : 'closed'),
  decide: (command, state) => {
    if (command.type === 'OpenDoor') return state === 'open' ? [] : [{ type: 'DoorOpened', data: command.data }];
    if (state === 'closed') throw new DomainError('already-closed', 'The door is closed already.');
    return [{ type: 'DoorClosed', data: command.data }];
  },
};

const opened: DoorEvent = { type: 'DoorOpened', data: { by: 'Ada' } };
const close: DoorCommand = { type: 'CloseDoor', data: { by: 'Ada' } };

const failureOf = (action: () => void) => {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

test('a decider is described by what happened, what is asked and what follows', () => {
  given(door, opened)
    .when(close)
    .then({ type: 'DoorClosed', data: { by: 'Ada' } });
  given(door, opened)
    .when({ type: 'OpenDoor', data: { by: 'Ada' } })
    .thenNothing();
  given(door).when(close).thenRefused('already-closed');
});

test('a property that is undefined counts as absent, as it will once it is stored', () => {
  given(door)
    .when({ type: 'OpenDoor', data: { by: 'Ada', note: undefined } })
    .then(opened);
});

test('another outcome is shown line by line', () => {
  const error = failureOf(() => given(door, opened).when(close).then(opened));
  expect(error.message).toContain("-     type: 'DoorOpened'");
  expect(error.message).toContain("+     type: 'DoorClosed'");
  expect(error.message).toContain("      data: {\n        by: 'Ada'");
});

test('an event too many or too few is an error', () => {
  expect(() => given(door, opened).when(close).thenNothing()).toThrow('Decided otherwise');
  expect(() => given(door, opened).when(close).then(opened, opened)).toThrow('Decided otherwise');
});

test('a refusal with another code, or none, is an error', () => {
  expect(() => given(door).when(close).thenRefused('locked')).toThrow('already-closed');
  expect(() => given(door, opened).when(close).thenRefused('already-closed')).toThrow('Expected a refusal');
});

test('an error that is no refusal passes through', () => {
  const broken = { ...door, decide: () => [].map((value: { x: number }) => value.x).concat(fail()) };
  const fail = (): never => {
    throw new TypeError('a bug');
  };
  expect(() => given(broken).when(close).thenRefused('already-closed')).toThrow(TypeError);
});

test('a workflow is described by the same sentences', () => {
  const doorbell: Workflow<number, Fact<'Rang', object>, Fact<'WakeOwner', object>> = {
    initialState: 0,
    evolve: (rings) => rings + 1,
    decide: (_input, rings) => (rings === 2 ? [{ type: 'WakeOwner', data: {} }] : []),
  };
  const rang: Fact<'Rang', object> = { type: 'Rang', data: {} };
  given(doorbell, rang, rang).when(rang).then({ type: 'WakeOwner', data: {} });
  given(doorbell, rang).when(rang).thenNothing();
});

test('several commands to one stream each see what the ones before them did', () => {
  const open: DoorCommand = { type: 'OpenDoor', data: { by: 'Ada' } };
  const { events, state } = decideAll(door, [open, open, close], door.initialState);
  expect(events.map(({ type }) => type)).toEqual(['DoorOpened', 'DoorClosed']);
  expect(state).toBe('closed');
});

test('dates and numbers that differ are told apart', () => {
  expect(difference({ at: new Date(0) }, { at: new Date(0) })).toBeUndefined();
  expect(difference({ at: new Date(0) }, { at: new Date(1) })).toContain('1970-01-01T00:00:00.001Z');
  expect(difference([1], ['1'])).toBeDefined();
});

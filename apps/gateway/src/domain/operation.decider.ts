import { type Decider, DomainError } from '@calendar-sync/event-sourcing-core';

export const operationKinds = ['connect-account', 'disconnect-account', 'sync-calendars'] as const;
export type OperationKind = (typeof operationKinds)[number];

export interface OperationActor {
  sub: string;
  roles: ('owner' | 'operator' | 'client')[];
}

export type OperationAccepted = {
  type: 'OperationAccepted';
  data: {
    operationId: string;
    ownerId: string;
    kind: OperationKind;
    actor: OperationActor;
    acceptedAt: string;
    connectionId?: string;
    calendarIds?: string[];
  };
};
export type OperationStepTaken = {
  type: 'OperationStepTaken';
  data: { operationId: string; ownerId: string; step: string; detail?: string; at: string };
};
export type OperationSucceeded = {
  type: 'OperationSucceeded';
  data: { operationId: string; ownerId: string; result: Record<string, unknown>; at: string };
};
export type OperationFailed = {
  type: 'OperationFailed';
  data: { operationId: string; ownerId: string; code: string; detail: string; at: string };
};
export type OperationExpired = {
  type: 'OperationExpired';
  data: { operationId: string; ownerId: string; at: string };
};

export type OperationEvent =
  OperationAccepted | OperationStepTaken | OperationSucceeded | OperationFailed | OperationExpired;

export type OperationCommand =
  | { type: 'AcceptOperation'; data: OperationAccepted['data'] }
  | { type: 'RecordStep'; data: { step: string; detail?: string; at: string } }
  | { type: 'RecordSuccess'; data: { result: Record<string, unknown>; at: string } }
  | { type: 'RecordFailure'; data: { code: string; detail: string; at: string } }
  | { type: 'ExpireOperation'; data: { at: string } };

export type Operation =
  { status: 'unknown' } | { status: 'open' | 'expired' | 'succeeded' | 'failed'; operationId: string; ownerId: string };

const evolve = (operation: Operation, event: OperationEvent): Operation => {
  const { operationId, ownerId } = event.data;
  switch (event.type) {
    case 'OperationAccepted':
      return { status: 'open', operationId, ownerId };
    case 'OperationStepTaken':
      return operation;
    case 'OperationSucceeded':
      return { status: 'succeeded', operationId, ownerId };
    case 'OperationFailed':
      return { status: 'failed', operationId, ownerId };
    case 'OperationExpired':
      return { status: 'expired', operationId, ownerId };
  }
};

/** What is reported of an operation that was never accepted here, or that has its answer, changes nothing. */
const decide = (command: OperationCommand, operation: Operation): OperationEvent[] => {
  if (command.type === 'AcceptOperation') {
    if (operation.status !== 'unknown')
      throw new DomainError('operation-exists', `operation ${command.data.operationId} was accepted before`);
    return [{ type: 'OperationAccepted', data: command.data }];
  }
  if (operation.status === 'unknown' || operation.status === 'succeeded' || operation.status === 'failed') return [];
  const { operationId, ownerId } = operation;
  switch (command.type) {
    case 'ExpireOperation':
      return operation.status === 'open'
        ? [{ type: 'OperationExpired', data: { operationId, ownerId, ...command.data } }]
        : [];
    case 'RecordStep':
      return [{ type: 'OperationStepTaken', data: { operationId, ownerId, ...command.data } }];
    // After an expiry, too: the work was done, whoever waited should learn of it.
    case 'RecordSuccess':
      return [{ type: 'OperationSucceeded', data: { operationId, ownerId, ...command.data } }];
    case 'RecordFailure':
      return [{ type: 'OperationFailed', data: { operationId, ownerId, ...command.data } }];
  }
};

/** What was asked for through the API and what became of it. Time comes in with the commands, RFC 3339. */
export const operation: Decider<Operation, OperationCommand, OperationEvent> = {
  initialState: { status: 'unknown' },
  evolve,
  decide,
};

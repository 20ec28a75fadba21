import { given } from '@calendar-sync/event-sourcing-core';
import { operation, type OperationAccepted, type OperationEvent } from './operation.decider';

const about = { operationId: '0f8fad5b-d9cb-469f-a165-70867728950e', ownerId: 'ada' };
const at = '2026-11-23T09:00:00Z';
const accepted: OperationAccepted = {
  type: 'OperationAccepted',
  data: { ...about, kind: 'sync-calendars', actor: { sub: 'ada', roles: ['owner'] }, acceptedAt: at },
};
const succeeded: OperationEvent = { type: 'OperationSucceeded', data: { ...about, result: { calendars: 2 }, at } };
const failed: OperationEvent = {
  type: 'OperationFailed',
  data: { ...about, code: 'access-revoked', detail: 'connect again', at },
};
const expired: OperationEvent = { type: 'OperationExpired', data: { ...about, at } };
const success = { type: 'RecordSuccess' as const, data: { result: { calendars: 2 }, at } };
const failure = { type: 'RecordFailure' as const, data: { code: 'access-revoked', detail: 'connect again', at } };

describe('an operation', () => {
  it('is accepted once', () => {
    given(operation).when({ type: 'AcceptOperation', data: accepted.data }).then(accepted);
    given(operation, accepted).when({ type: 'AcceptOperation', data: accepted.data }).thenRefused('operation-exists');
  });

  it('keeps the steps that its worker reports', () => {
    given(operation, accepted)
      .when({ type: 'RecordStep', data: { step: 'granted', at } })
      .then({ type: 'OperationStepTaken', data: { ...about, step: 'granted', at } });
  });

  it('ends with the first answer and ignores every further one', () => {
    given(operation, accepted).when(success).then(succeeded);
    given(operation, accepted, succeeded).when(success).thenNothing();
    given(operation, accepted, succeeded).when(failure).thenNothing();
    given(operation, accepted, failed).when(success).thenNothing();
    given(operation, accepted, succeeded)
      .when({ type: 'RecordStep', data: { step: 'late', at } })
      .thenNothing();
  });

  it('expires only while nothing was answered', () => {
    given(operation, accepted).when({ type: 'ExpireOperation', data: { at } }).then(expired);
    given(operation, accepted, expired).when({ type: 'ExpireOperation', data: { at } }).thenNothing();
    given(operation, accepted, succeeded).when({ type: 'ExpireOperation', data: { at } }).thenNothing();
  });

  it('takes a late answer after it expired, because the work was done', () => {
    given(operation, accepted, expired).when(success).then(succeeded);
    given(operation, accepted, expired).when(failure).then(failed);
  });

  it('records nothing of an operation that was never accepted here', () => {
    given(operation).when(success).thenNothing();
    given(operation).when({ type: 'ExpireOperation', data: { at } }).thenNothing();
  });
});

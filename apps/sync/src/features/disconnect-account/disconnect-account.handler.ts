import type { DisconnectAccountV1 } from '@calendar-sync/contracts-sync';
import type { EventMetadata, Transaction } from '@calendar-sync/event-sourcing-postgres';
import { record } from '../../publishing/record';
import { mayActFor } from '../connect-account/connect-account.handler';
import type { CredentialVault } from '../guard-credentials/credential-vault';
import { stopSyncing } from '../list-calendars/calendar-registry';
import { operationSteps, progressed, refused, succeeded } from '../report-operations/operation-log';
import { cancelJobs, enqueueJobs } from '../run-jobs/job-queue';

/** Nothing is pulled or watched from the moment on that the command is taken; the provider is told by a job. */
export class DisconnectAccountHandler {
  constructor(private readonly vault: CredentialVault) {}

  async handle(tx: Transaction, command: DisconnectAccountV1, metadata: EventMetadata): Promise<void> {
    const { operationId, ownerId, actor, connectionId, revoke } = command;
    const { rows } = await tx.query<{ status: string }>(
      'SELECT status FROM connections WHERE connection_id = $1 AND owner_id = $2 FOR UPDATE',
      [connectionId, ownerId],
    );
    const status = mayActFor(actor, ownerId) ? rows[0]?.status : undefined;
    const cancelled = mayActFor(actor, ownerId) ? await this.cancelConnecting(tx, ownerId, connectionId) : [];
    const connecting = cancelled.map((operation) =>
      operationSteps(operation, [refused(operation, 'disconnected', 'the account was disconnected meanwhile')]),
    );
    if (status === undefined && cancelled.length === 0) {
      await record(
        tx,
        [operationSteps(command, [refused(command, 'not-found', 'there is no such connection')])],
        metadata,
      );
      return;
    }
    if (status === undefined || status === 'removed') {
      await record(tx, [...connecting, operationSteps(command, [succeeded(command, { connectionId })])], metadata);
      return;
    }
    await tx.query(`UPDATE connections SET status = 'disconnecting', updated_at = now() WHERE connection_id = $1`, [
      connectionId,
    ]);
    const { rows: calendars } = await tx.query<{ calendar_id: string }>(
      'SELECT calendar_id FROM calendar_sync_states WHERE connection_id = $1 ORDER BY calendar_id',
      [connectionId],
    );
    await stopSyncing(
      tx,
      calendars.map(({ calendar_id }) => calendar_id),
    );
    await cancelJobs(tx, ['list-calendars', 'keep-watch'], { connectionId });
    await enqueueJobs(tx, [
      { kind: 'disconnect-account', subject: operationId, ownerId, connectionId, details: { revoke, metadata } },
    ]);
    await record(tx, [...connecting, operationSteps(command, [progressed(command, 'stopped')])], metadata);
  }

  private async cancelConnecting(tx: Transaction, ownerId: string, connectionId: string) {
    const { rows } = await tx.query<{ subject: string }>(
      `DELETE FROM jobs WHERE kind = 'connect-account' AND owner_id = $1 AND connection_id = $2 RETURNING subject`,
      [ownerId, connectionId],
    );
    for (const { subject } of rows) await this.vault.destroy(tx, subject);
    return rows.map(({ subject }) => ({ operationId: subject, ownerId }));
  }
}

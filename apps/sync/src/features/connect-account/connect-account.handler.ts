import type { Actor } from '@calendar-sync/contracts-envelope';
import { type ConnectAccountV1, openGrant } from '@calendar-sync/contracts-sync';
import type { EventMetadata, Transaction } from '@calendar-sync/event-sourcing-postgres';
import type { JWK } from 'jose';
import { record } from '../../publishing/record';
import type { CredentialVault } from '../guard-credentials/credential-vault';
import { operationSteps, progressed, refused } from '../report-operations/operation-log';
import { enqueueJobs } from '../run-jobs/job-queue';

/** An owner acts for himself; operators and clients act for others within what the gateway lets them. */
export const mayActFor = ({ sub, roles }: Actor, ownerId: string) =>
  sub === ownerId || roles.some((role) => role !== 'owner');

/** Takes a grant in: re-encrypted at once under the operation's id, and a job that asks the provider whose it is. */
export class ConnectAccountHandler {
  constructor(
    private readonly vault: CredentialVault,
    private readonly sealingKeys: JWK[],
  ) {}

  async handle(tx: Transaction, command: ConnectAccountV1, metadata: EventMetadata): Promise<void> {
    const { operationId, ownerId, actor, connectionId, provider, sealedGrant } = command;
    const refuse = (code: string, detail: string) =>
      record(tx, [operationSteps(command, [refused(command, code, detail)])], metadata);
    if (!mayActFor(actor, ownerId)) return refuse('forbidden', 'an owner connects accounts for himself only');
    let refreshToken: string;
    try {
      refreshToken = await openGrant(this.sealingKeys, sealedGrant, connectionId);
    } catch {
      return refuse('grant-unreadable', 'the grant was not sealed to this service and this connection; connect again');
    }
    await this.vault.store(tx, { ownerId, provider, connectionId: operationId }, { refreshToken });
    await enqueueJobs(tx, [
      { kind: 'connect-account', subject: operationId, ownerId, connectionId, details: { provider, metadata } },
    ]);
    await record(tx, [operationSteps(command, [progressed(command, 'accepted')])], metadata);
  }
}

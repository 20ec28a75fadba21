import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '@calendar-sync/contracts-envelope';
import type { Database, Transaction } from '@calendar-sync/event-sourcing-postgres';
import { DATABASE } from '@calendar-sync/service-host';
import type { OperationKind } from '../../domain/operation.decider';
import type { Caller } from '../authenticate/caller';
import { decideOnOperations } from '../follow-operations/operation-book';
import { OperationEnd } from '../follow-operations/operation-end';
import type { OperationDto } from '../follow-operations/operation.dto';
import { findOperation } from '../follow-operations/operation.view';
import type { CommandHeaders } from './command-headers';
import { keepAnswer, type KeyedRequest, takeKey } from './idempotency';

export interface AskedCommand {
  caller: Caller;
  actor: Actor;
  ownerId: string;
  kind: OperationKind;
  connectionId?: string;
  calendarIds?: string[];
  /** With the method, as the documentation writes it. */
  route: string;
  /** What the caller sent, path included, for the comparison under one Idempotency-Key. */
  content: unknown;
  headers: CommandHeaders;
  /** Puts the command on its way, in the transaction of the operation. Throws a problem when it can't be. */
  send: (tx: Transaction, operationId: string) => Promise<void>;
}

export interface Answer {
  operation: OperationDto;
  /** Whether the caller asked to wait, and for how long he was granted to. */
  waitedMs?: number;
}

/** Accepts commands: each becomes an operation and a message on its way, or neither. */
@Injectable()
export class CommandDesk {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly end: OperationEnd,
  ) {}

  async accept(asked: AskedCommand): Promise<Answer> {
    const { operationId, answer } = await this.database.transaction((tx) => this.acceptOnce(tx, asked));
    const { waitMs } = asked.headers;
    if (waitMs === undefined) return { operation: answer };
    return { operation: (await this.end.of(operationId, waitMs)) ?? answer, waitedMs: waitMs };
  }

  private async acceptOnce(
    tx: Transaction,
    asked: AskedCommand,
  ): Promise<{ operationId: string; answer: OperationDto }> {
    const { caller, route, content, headers, ownerId, actor, kind, connectionId, calendarIds } = asked;
    const operationId = randomUUID();
    const keyed: KeyedRequest | undefined =
      headers.idempotencyKey === undefined ? undefined : { caller, route, key: headers.idempotencyKey, content };
    const before = keyed && (await takeKey(tx, keyed, { operationId, ownerId }));
    if (before) return before;
    const { rows } = await tx.query<{ now: Date }>('SELECT now() AS now');
    const accepted = {
      operationId,
      ownerId,
      kind,
      actor,
      acceptedAt: (rows[0]?.now ?? new Date()).toISOString(),
      ...(connectionId !== undefined && { connectionId }),
      ...(calendarIds !== undefined && { calendarIds }),
    };
    await decideOnOperations(tx, [{ operationId, ownerId, commands: [{ type: 'AcceptOperation', data: accepted }] }]);
    await asked.send(tx, operationId);
    const answer = await findOperation(tx, operationId);
    if (answer === undefined) throw new Error(`operation ${operationId} is not in its read model`);
    if (keyed) await keepAnswer(tx, keyed, answer);
    return { operationId, answer };
  }
}

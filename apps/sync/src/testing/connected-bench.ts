import type { GoogleAccount } from './google-account';
import type { SyncBench } from './sync-bench';

type Eventually = <T>(check: () => Promise<T> | T) => Promise<unknown>;

/** Connects the account and waits until its calendars are filled and nothing is due any more. */
export async function connectAndSettle(bench: SyncBench, account: GoogleAccount, eventually: Eventually) {
  const { operationId, connectionId } = await bench.connect(account);
  await eventually(async () => {
    const facts = await bench.facts('OperationSucceeded', 'OperationFailed');
    const end = facts.find(({ data }) => data['operationId'] === operationId);
    if (end?.type === 'OperationFailed') throw new Error(`the connect failed: ${JSON.stringify(end.data)}`);
    return end !== undefined;
  });
  await eventually(() => bench.settled());
  const calendarId = await bench.calendarId(account.email);
  if (calendarId === undefined) throw new Error('the calendar was not listed');
  return { operationId, connectionId, calendarId };
}

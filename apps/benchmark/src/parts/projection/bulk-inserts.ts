import {
  foldMessages,
  jsonText,
  type Projection,
  type ReceivedMessage,
  receivedStream,
  type Transaction,
} from '@calendar-sync/event-sourcing-postgres';

/** The floor: the rows that the messages lead to, made before, inserted as they are. */
export function bulkInserts(model: Projection, messages: readonly ReceivedMessage[]) {
  const rows = new Map(
    messages.map((message) => [
      message.id,
      { log: logRow(message), row: [...foldMessages(model, [message]).values()][0]!.row },
    ]),
  );
  const columns = Object.keys(model.columns);
  const list = columns.join(', ');
  const typed = columns.map((column) => `${column} ${model.columns[column]!.split(' ')[0]}`).join(', ');
  const insertRows = `INSERT INTO ${model.name} (${list}) SELECT ${list} FROM jsonb_to_recordset($1::jsonb) AS row (${typed})`;
  return {
    /** By the ids of the messages. */
    async insert(tx: Transaction, ids: readonly string[]): Promise<void> {
      const chosen = ids.map((id) => rows.get(id)!);
      await tx.query(INSERT_LOG, [jsonText(chosen.map(({ log }) => log))]);
      await tx.query(insertRows, [jsonText(chosen.map(({ row }) => row))]);
    },
  };
}

const INSERT_LOG = `
  INSERT INTO events (stream_id, version, owner_id, key, subject, id, type, data, metadata)
  SELECT stream_id, version, owner_id, key, subject, id, type, data, metadata
  FROM jsonb_to_recordset($1::jsonb) AS row
    (stream_id text, version integer, owner_id text, key text, subject text, id uuid, type text, data jsonb, metadata jsonb)`;

const logRow = (message: ReceivedMessage) => ({
  stream_id: receivedStream(message),
  version: message.sequence,
  owner_id: message.ownerId,
  key: message.key,
  subject: message.subject,
  id: message.id,
  type: message.type,
  data: message.data,
  metadata: {
    correlationId: message.correlationId,
    received: { source: message.source, topic: message.topic, epoch: message.epoch, time: message.time },
  },
});

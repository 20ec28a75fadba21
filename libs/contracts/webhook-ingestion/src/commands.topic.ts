import { ReplayRequestedV1, topic } from '@calendar-sync/contracts-envelope';

export const webhookIngestionCommands = topic('webhook-ingestion.commands.v1', {
  description: 'What webhook-ingestion accepts.',
  kind: 'commands',
  messages: [ReplayRequestedV1],
  key: ({ topic: name, consumer }) => `${name}/${consumer}`,
});

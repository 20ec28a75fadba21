import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokenContracts, undocumentedContracts, unsavedContracts } from '@calendar-sync/contracts-envelope';
import { webhookIngestionTopics } from './index';

const schemas = join(__dirname, '..', 'schemas');
const document = join(__dirname, '..', '..', '..', '..', 'docs', 'asyncapi', 'asyncapi.json');

describe('the contracts of webhook-ingestion', () => {
  it('break nobody who reads or replays messages of before', () => {
    expect(brokenContracts(webhookIngestionTopics, schemas)).toEqual([]);
  });

  it('are saved', () => {
    expect(unsavedContracts(webhookIngestionTopics, schemas)).toEqual([]);
  });

  it('are documented as they are', () => {
    expect(
      undocumentedContracts('webhook-ingestion', webhookIngestionTopics, JSON.parse(readFileSync(document, 'utf8'))),
    ).toEqual([]);
  });
});

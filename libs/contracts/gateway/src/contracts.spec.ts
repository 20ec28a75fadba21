import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokenContracts, undocumentedContracts, unsavedContracts } from '@calendar-sync/contracts-envelope';
import { gatewayTopics } from './index';

const schemas = join(__dirname, '..', 'schemas');
const document = join(__dirname, '..', '..', '..', '..', 'docs', 'asyncapi', 'asyncapi.json');

describe('the contracts of gateway', () => {
  it('break nobody who reads or replays messages of before', () => {
    expect(brokenContracts(gatewayTopics, schemas)).toEqual([]);
  });

  it('are saved', () => {
    expect(unsavedContracts(gatewayTopics, schemas)).toEqual([]);
  });

  it('are documented as they are', () => {
    expect(undocumentedContracts('gateway', gatewayTopics, JSON.parse(readFileSync(document, 'utf8')))).toEqual([]);
  });
});

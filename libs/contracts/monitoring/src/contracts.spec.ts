import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokenContracts, undocumentedContracts, unsavedContracts } from '@calendar-sync/contracts-envelope';
import { monitoringTopics } from './index';

const schemas = join(__dirname, '..', 'schemas');
const document = join(__dirname, '..', '..', '..', '..', 'docs', 'asyncapi', 'asyncapi.json');

describe('the contracts of monitoring', () => {
  it('break nobody who reads or replays messages of before', () => {
    expect(brokenContracts(monitoringTopics, schemas)).toEqual([]);
  });

  it('are saved', () => {
    expect(unsavedContracts(monitoringTopics, schemas)).toEqual([]);
  });

  it('are documented as they are', () => {
    expect(undocumentedContracts('monitoring', monitoringTopics, JSON.parse(readFileSync(document, 'utf8')))).toEqual(
      [],
    );
  });
});

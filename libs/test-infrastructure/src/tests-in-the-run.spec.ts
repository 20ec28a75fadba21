import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { needsOf } from './tests-in-the-run';

describe('what a run needs', () => {
  const rootDir = mkdtempSync(join(tmpdir(), 'calendar-sync-needs-'));
  const put = (file: string, text = '') => {
    mkdirSync(dirname(join(rootDir, file)), { recursive: true });
    writeFileSync(join(rootDir, file), text);
  };
  const needs = (...patterns: string[]) => needsOf({ rootDir, nonFlagArgs: [], testPathPatterns: { patterns } });

  beforeAll(() => {
    for (const name of ['libs/rules', 'libs/store', 'apps/mail']) put(`${name}/package.json`, '{}');
    put('libs/rules/src/rule.spec.ts');
    put('libs/store/src/store.int.spec.ts', 'startTestDatabase()');
    put('apps/mail/src/letters.int.spec.ts', 'await openMail()');
    put('apps/mail/src/open-mail.ts', 'testKafka()');
  });
  afterAll(() => rmSync(rootDir, { recursive: true }));

  it('is nothing for pure tests', () => {
    expect(needs('libs/rules')).toEqual({ postgres: false, kafka: false });
  });

  it('is no Kafka where no file of the package speaks of it', () => {
    expect(needs('libs/store')).toEqual({ postgres: true, kafka: false });
  });

  it('is Kafka where any file of the package speaks of it', () => {
    expect(needs('apps/mail/src/letters')).toEqual({ postgres: true, kafka: true });
  });

  it('is everything without a pattern', () => {
    expect(needs()).toEqual({ postgres: true, kafka: true });
  });

  it('is everything where Jest picks the files itself', () => {
    expect(needsOf({ rootDir, nonFlagArgs: ['libs/rules'], onlyChanged: true })).toEqual({
      postgres: true,
      kafka: true,
    });
  });
});

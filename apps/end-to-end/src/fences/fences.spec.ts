import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../../../..');

/** What the linter says of a file that was never written, line by line. */
function lint(file: string, source: string): string {
  const run = spawnSync(process.execPath, ['node_modules/eslint/bin/eslint.js', '--stdin', '--stdin-filename', file], {
    cwd: root,
    input: source,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' },
  });
  return run.stdout + run.stderr;
}

beforeAll(() => {
  // The rule reads the graph that Nx keeps of the workspace.
  spawnSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' },
  });
});

describe('the fences between the rooms', () => {
  test.each([
    [
      'a service may not know contracts that it does not name',
      'apps/meeting-extraction/src/features/probe.ts',
      '@calendar-sync/contracts-gateway',
    ],
    [
      'a service may not talk to a provider but through sync',
      'apps/gateway/src/features/probe.ts',
      '@calendar-sync/calendar-providers-google',
    ],
    ['a service may not import another', 'apps/gateway/src/features/probe.ts', '../../../sync/src/sync.module'],
    [
      'production code may not import test servers',
      'apps/gateway/src/features/probe.ts',
      '@calendar-sync/test-infrastructure',
    ],
    [
      'the simulator imports nothing of ours',
      'apps/google-calendar-simulator/src/events/probe.ts',
      '@calendar-sync/recurrence',
    ],
    ['a library may not know a contract', 'libs/kafka/src/probe.ts', '@calendar-sync/contracts-sync'],
  ])('%s', (_what, file, imported) => {
    expect(lint(file, `import * as probe from '${imported}';\nexport const probed = probe;\n`)).toContain(
      '@nx/enforce-module-boundaries',
    );
  });

  test.each(['@nestjs/common', 'pg', 'node:fs', '@calendar-sync/contracts-sync', '../features/pull-changes'])(
    'domain code may not import %s',
    (imported) => {
      expect(
        lint('apps/sync/src/domain/probe.ts', `import * as probe from '${imported}';\nexport const probed = probe;\n`),
      ).toContain('domain/ is pure');
    },
  );

  test('what is allowed passes', () => {
    expect(
      lint(
        'apps/gateway/src/features/probe.ts',
        "import * as probe from '@calendar-sync/contracts-sync';\nexport const probed = probe;\n",
      ),
    ).toBe('');
    expect(
      lint(
        'apps/sync/src/domain/probe.ts',
        "import * as probe from '@calendar-sync/event-sourcing-core';\nexport const probed = probe;\n",
      ),
    ).toBe('');
  });
});

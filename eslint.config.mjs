import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What each service may know of the others: the contracts it names here, and nothing else. */
const subscriptions = {
  'webhook-ingestion': ['webhook-ingestion', 'sync'],
  sync: ['webhook-ingestion', 'sync'],
  'meeting-extraction': ['sync', 'meeting-extraction'],
  monitoring: ['webhook-ingestion', 'sync', 'meeting-extraction', 'monitoring', 'gateway'],
  gateway: ['webhook-ingestion', 'sync', 'meeting-extraction', 'monitoring', 'gateway'],
};

const tag = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });

/** Who may import whom, by Nx tag. Tests may also start what a test needs: real servers and the simulator. */
const fences = (...forTests) => [
  ...Object.entries(subscriptions).map(([service, contracts]) =>
    tag(
      `service:${service}`,
      ...contracts.map((owner) => `contracts:${owner}`),
      ...(service === 'sync' ? ['provider'] : []),
      'core',
      'kit',
      ...forTests,
    ),
  ),
  ...Object.keys(subscriptions).map((owner) => tag(`contracts:${owner}`, 'kit')),
  tag('core', 'core'),
  tag('kit', 'kit', 'core', ...forTests),
  tag('provider', 'provider', 'kit', 'core', ...forTests),
  tag('simulator', 'simulator'),
  tag(
    'test',
    'test',
    'kit',
    'core',
    ...(forTests.length > 0
      ? [
          'tool',
          'simulator',
          'contracts:sync',
          'contracts:webhook-ingestion',
          'contracts:meeting-extraction',
          'contracts:monitoring',
          'contracts:gateway',
        ]
      : []),
  ),
  tag('tool', 'kit', 'core', 'test', ...Object.keys(subscriptions).map((owner) => `contracts:${owner}`)),
];

const boundaries = (...forTests) => [
  'error',
  { enforceBuildableLibDependency: false, allow: [], depConstraints: fences(...forTests) },
];

export default tseslint.config(
  { ignores: ['**/dist', '.local', '.nx', 'node_modules'] },
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@nx/enforce-module-boundaries': boundaries(),
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.conformance.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries('test', 'simulator') },
  },
  {
    files: ['apps/*/src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\./|@calendar-sync/event-sourcing-core$)',
              message: 'domain/ is pure: it imports its own files and event-sourcing/core, nothing else.',
            },
          ],
        },
      ],
    },
  },
);

import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What each service may know of the others: the contracts it names here, and nothing else. */
const subscriptions = {
  'webhook-ingestion': ['webhook-ingestion', 'sync'],
  sync: ['webhook-ingestion', 'sync'],
  'meeting-extraction': ['sync', 'meeting-extraction'],
  monitoring: ['webhook-ingestion', 'sync', 'meeting-extraction', 'monitoring', 'gateway'],
  gateway: ['sync', 'meeting-extraction', 'monitoring', 'gateway'],
};

const everyContract = Object.keys(subscriptions).map((owner) => `contracts:${owner}`);

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
  ...everyContract.map((contract) => tag(contract, 'kit', ...forTests)),
  tag('core', 'core'),
  tag('kit', 'kit', 'core', ...forTests),
  tag('provider', 'provider', 'kit', 'core', ...forTests),
  tag('simulator', 'simulator'),
  tag('test', 'test', 'kit', 'core'),
  tag('tool', 'kit', 'core', 'test', ...everyContract),
  tag('end-to-end', 'kit', 'core', 'test', 'tool', ...everyContract),
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
    files: ['**/*.spec.ts', '**/*.conformance.ts', '**/*.fixture.ts', '**/testing/**/*.ts'],
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

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

const services = Object.entries(subscriptions).map(([service, contracts]) => ({
  sourceTag: `service:${service}`,
  onlyDependOnLibsWithTags: [
    ...contracts.map((owner) => `contracts:${owner}`),
    'core',
    'kit',
    'test',
    ...(service === 'sync' ? ['provider'] : []),
  ],
}));

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
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [
            ...services,
            { sourceTag: 'core', onlyDependOnLibsWithTags: ['core'] },
            { sourceTag: 'kit', onlyDependOnLibsWithTags: ['kit', 'core', 'test'] },
            { sourceTag: 'provider', onlyDependOnLibsWithTags: ['provider', 'kit', 'core', 'test'] },
            { sourceTag: 'simulator', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'test', onlyDependOnLibsWithTags: ['test', 'kit', 'core'] },
            { sourceTag: 'tool', onlyDependOnLibsWithTags: ['kit', 'core', 'test'] },
            ...Object.keys(subscriptions).map((owner) => ({
              sourceTag: `contracts:${owner}`,
              onlyDependOnLibsWithTags: ['kit'],
            })),
          ],
        },
      ],
    },
  },
  {
    files: ['apps/*/src/domain/**/*.ts'],
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

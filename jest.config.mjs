import { readFileSync, globSync } from 'node:fs';
import { dirname } from 'node:path';

const { workspaces } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Workspace packages resolve to their sources, so that a test never runs against a stale build. */
const sources = Object.fromEntries(
  workspaces
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: import.meta.dirname }))
    .map((file) => [JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).name, dirname(file)])
    .map(([name, folder]) => [`^${name}$`, `<rootDir>/${folder}/src/index.ts`]),
);

/** Of the fault suite (`npm run test:faults`) those that are quick run with every test run. */
export const quickFaults = [1, 2, 6, 7, 8, 9];
const faultsOf = (numbers) =>
  `/faults/(${numbers.map((number) => String(number).padStart(2, '0')).join('|')})-[^/]*\\.fault\\.e2e\\.spec\\.ts$`;

export default {
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/{apps,libs,tools}/**/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', `(?<!${faultsOf(quickFaults)})(?<=\\.fault\\.e2e\\.spec\\.ts)$`],
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2024',
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: sources,
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.local/'],
  globalSetup: '<rootDir>/libs/test-infrastructure/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/test-infrastructure/src/jest-global-teardown.ts',
  testTimeout: 300_000,
  maxWorkers: 2,
};

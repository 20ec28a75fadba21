import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The parts of Jest's global configuration that say which files run. */
export interface Selection {
  rootDir: string;
  nonFlagArgs: string[];
  runTestsByPath?: boolean;
  onlyChanged?: boolean;
  findRelatedTests?: boolean;
  testPathPatterns?: { patterns: string[] };
}

export interface Needs {
  postgres: boolean;
  kafka: boolean;
}

/** Which servers the chosen tests need; both where it can't be told from the command line. */
export function needsOf(selection: Selection): Needs {
  const files = globSync('{apps,libs,tools}/**/src/**/*.{int,e2e}.spec.ts', {
    cwd: selection.rootDir,
    exclude: (path) => path === 'node_modules' || path === 'dist',
  }).map((file) => join(selection.rootDir, file));
  const chosen = files.filter((file) => isChosen(file, selection));
  return { postgres: chosen.length > 0, kafka: packagesOf(chosen, selection.rootDir).some(speaksOfKafka) };
}

function isChosen(file: string, { rootDir, nonFlagArgs, testPathPatterns, ...selection }: Selection): boolean {
  if (selection.onlyChanged || selection.findRelatedTests) return true;
  if (selection.runTestsByPath) return nonFlagArgs.some((path) => file.endsWith(path));
  const patterns = testPathPatterns?.patterns ?? nonFlagArgs;
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => {
    const expression = new RegExp(pattern.replace(/^\.\//, ''), 'i');
    return expression.test(file) || expression.test(file.slice(rootDir.length + 1));
  });
}

function packagesOf(files: string[], rootDir: string): string[] {
  const folders = globSync('{apps,libs,tools}/**/package.json', {
    cwd: rootDir,
    exclude: (path) => path === 'node_modules' || path === 'dist',
  }).map((file) => join(rootDir, dirname(file)));
  return folders.filter((folder) => files.some((file) => file.startsWith(`${folder}/`)));
}

const speaksOfKafka = (folder: string) =>
  globSync('src/**/*.ts', { cwd: folder }).some((file) => /testKafka/.test(readFileSync(join(folder, file), 'utf8')));

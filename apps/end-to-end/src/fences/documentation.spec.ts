import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../../../..');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const files = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (name) => ['node_modules', 'dist'].includes(name) });
const sources = files('apps/*/src/**/*.ts', 'libs/**/src/**/*.ts').filter(
  (file) => !/\.(spec|fixture)\.ts$/.test(file),
);
const found = (pattern: RegExp, among: readonly string[]) => [
  ...new Set(among.flatMap((file) => [...text(file).matchAll(pattern)].map((match) => match[1]!))),
];

const operating = text('docs/operating.md');
const unnamed = (names: readonly string[]) => names.filter((name) => !new RegExp(`\\b${name}\\b`).test(operating));

describe('the page for operators', () => {
  test('names every topic', () => {
    const topics = found(/= topic\('([^']+)'/g, files('libs/contracts/*/src/*.topic.ts'));
    expect(topics.length).toBeGreaterThan(10);
    expect(unnamed(topics)).toEqual([]);
  });

  test('names every metric', () => {
    const metrics = found(
      /'((?:kafka|relay|sync|gateway|meeting_(?:series|occurrences)|monitored|provider|push_to|webhook|handler)_[a-z_]+)',/g,
      sources,
    );
    expect(metrics.length).toBeGreaterThan(25);
    expect(unnamed(metrics.filter((name) => !tables().includes(name)))).toEqual([]);
  });

  test('names every table', () => {
    expect(tables().length).toBeGreaterThan(20);
    expect(unnamed(tables())).toEqual([]);
  });

  test('names every setting of a service', () => {
    const settings = found(
      /^ {2}([A-Z][A-Z_]+)\??:/gm,
      files('apps/*/src/*.config.ts', 'libs/service-host/src/config/service-config.ts'),
    );
    expect(settings.length).toBeGreaterThan(30);
    // These two are read from variables of each service's own.
    expect(unnamed(settings.filter((name) => !['DATABASE_URL', 'PORT'].includes(name)))).toEqual([]);
  });

  test('names every alarm', () => {
    expect(unnamed(found(/alarm: '([a-z-]+)'/g, sources))).toEqual([]);
  });

  test('names no table, topic, metric, setting or alarm that is not there', () => {
    const product = sources.filter((file) => !/^apps.(end-to-end|benchmark)/.test(file));
    const code = [...product, ...files('tools/*/src/**/*.ts')].map(text).join('\n');
    // What ends in an underscore begins the name of a setting that each service has.
    const words = [...operating.matchAll(/`([A-Za-z][\w.-]*[a-zA-Z0-9])`/g)].map((match) => match[1]!);
    expect(words.length).toBeGreaterThan(150);
    expect(words.filter((word) => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(code))).toEqual([]);
  });
});

const tables = () => [
  ...found(
    /CREATE TABLE (\w+) \(/g,
    sources.filter((file) => /migration/.test(file)),
  ),
  ...found(
    /^ {2}name: '(\w+)',/gm,
    sources.filter((file) => file.endsWith('.projection.ts')),
  ),
];

describe('the documents', () => {
  const documents = files('README.md', 'docs/**/*.md', 'apps/*/README.md', 'libs/**/README.md', 'tools/*/README.md');

  test('link only to what is there', () => {
    const broken = documents.flatMap((file) =>
      // What stands in backquotes is shown as it is.
      [
        ...text(file)
          .replaceAll(/`[^`\n]*`/g, '')
          .matchAll(/\]\((?!https?:|#)([^)#]+)/g),
      ]
        .map((match) => match[1]!)
        .filter((link) => !existsSync(join(root, dirname(file), link)))
        .map((link) => `${file}: ${link}`),
    );
    expect(documents.length).toBeGreaterThan(15);
    expect(broken).toEqual([]);
  });

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    const named = found(/npm run (?:--silent )?([a-z]+)/g, documents);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

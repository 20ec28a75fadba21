import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import type { Report } from './report/report';

const history = join(workspaceRoot, 'docs', 'benchmark-history.jsonl');
const kept = () => (existsSync(history) ? readFileSync(history, 'utf8') : '');

describe('npm run bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function bench(...given: string[]) {
    const child = spawn(process.execPath, [join(workspaceRoot, 'apps/benchmark/dist/main.js'), ...given], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output, errors };
  }

  it('measures a part beside its floor and writes it as JSON, and does not keep a quick run', async () => {
    const file = join(folder, 'report.json');
    const before = kept();
    const { code, output, errors } = await bench('store', '--quick', '--json', file);
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report).toMatchObject({
      format: 1,
      quick: true,
      machine: {
        cores: expect.any(Number),
        node: process.versions.node,
        postgres: expect.stringMatching(/^\d+\.\d+$/),
      },
    });
    expect(report.parts.map(({ name }) => name)).toEqual(['store']);
    const figures = report.parts[0]!.figures;
    expect(figures.map(({ name }) => name)).toEqual([
      'appends, single',
      'appends, 8 in parallel',
      'events, 500 in one transaction',
      'bytes per event',
    ]);
    for (const { value, floor, ratio } of figures) {
      expect([value, floor?.value, ratio].every((each) => each !== undefined && each > 0)).toBe(true);
    }
    for (const { name } of figures) expect(output).toContain(name);
    expect(kept()).toBe(before);
  }, 300_000);

  it('names the parts that there are when asked for another', async () => {
    const { code, errors } = await bench('speed');
    expect(code).toBe(1);
    expect(errors).toMatch(/Allowed choices are .*store/);
  });
});

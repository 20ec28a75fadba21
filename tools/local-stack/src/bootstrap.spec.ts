import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually, workspaceRoot } from '@calendar-sync/test-infrastructure';

/** Stands for the launcher: notes every signal, and takes three seconds to end what it started. */
const launcher = `
  import { appendFileSync } from 'node:fs';
  let ending = false;
  process.on('SIGTERM', () => {
    appendFileSync('signals', 'told\\n');
    if (!ending) setTimeout(() => { appendFileSync('signals', 'ended\\n'); process.exit(0); }, 3000);
    ending = true;
  });
  setInterval(() => undefined, 1000);
  appendFileSync('signals', '');
`;

describe('what npm starts', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'calendar-sync-bootstrap-'));
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    put('package.json', JSON.stringify({ scripts: { token: 'node tools/local-stack/bootstrap.mjs token' } }));
    put('tools/local-stack/dist/main.js', launcher);
    put('tools/local-stack/package.json', JSON.stringify({ type: 'module' }));
    copyFileSync(
      join(workspaceRoot, 'tools/local-stack/bootstrap.mjs'),
      join(folder, 'tools/local-stack/bootstrap.mjs'),
    );
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const signals = () => {
    const file = join(folder, 'signals');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : undefined;
  };

  it.each(['npm alone', 'npm and all that it started'])(
    'is given the time that it takes to end when SIGTERM comes to %s',
    async (whom) => {
      const npm = spawn('npm', ['run', '--silent', 'token'], { cwd: folder, stdio: 'ignore', detached: true });
      await eventually(() => signals() !== undefined);
      process.kill(whom === 'npm alone' ? npm.pid! : -npm.pid!, 'SIGTERM');
      await eventually(() => signals()?.at(-1) === 'ended');
      // By its group and by what npm started, not over and over: told again a good second later it ends at once.
      expect(signals()!.slice(0, -1).length).toBeLessThanOrEqual(2);
    },
  );
});

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess } from '@calendar-sync/test-infrastructure';
import { becomeLauncher, LAUNCHER } from './launcher-lock';
import { StackDirectory } from './stack-directory';

describe('the launcher of a folder', () => {
  const directory = new StackDirectory(mkdtempSync(join(tmpdir(), 'calendar-sync-launcher-')));
  directory.create();
  afterAll(() => rmSync(directory.path, { recursive: true }));

  it('is one at a time, and a second is told which runs', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', '--', 'local-stack'], {
      stdio: 'ignore',
    });
    writeFileSync(directory.pidFile(LAUNCHER), String(other.pid));
    await expect(becomeLauncher(directory, 50)).rejects.toThrow(`process ${other.pid}`);
    await endProcess(other.pid!);
    const mine = await becomeLauncher(directory, 50);
    mine.release();
    expect(existsSync(directory.pidFile(LAUNCHER))).toBe(false);
  });

  it('that was killed does not stand in the way', async () => {
    writeFileSync(directory.pidFile(LAUNCHER), '4194303');
    (await becomeLauncher(directory)).release();
  });
});

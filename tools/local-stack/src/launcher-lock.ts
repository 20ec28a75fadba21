import { rmSync, writeFileSync } from 'node:fs';
import { ownedProcess, waitForExit } from '@calendar-sync/test-infrastructure';
import { Refusal } from './settings/settings';
import type { StackDirectory } from './stack-directory';

export const LAUNCHER = 'launcher';

/** The launcher that runs a stack in this folder, by its process id. */
export const runningLauncher = (directory: StackDirectory) => ownedProcess(directory.pidFile(LAUNCHER), 'local-stack');

/** Makes this process the launcher of the folder. Throws a Refusal when another one is and stays. */
export async function becomeLauncher(directory: StackDirectory, patienceMs = 3_000): Promise<{ release(): void }> {
  const pidFile = directory.pidFile(LAUNCHER);
  for (;;) {
    try {
      writeFileSync(pidFile, String(process.pid), { flag: 'wx' });
      return { release: () => rmSync(pidFile, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = runningLauncher(directory);
    if (other === undefined) rmSync(pidFile, { force: true });
    // One that is just ending is worth waiting for.
    else if (!(await waitForExit(other, patienceMs))) {
      throw new Refusal(
        `A local stack runs already in ${directory.path} (process ${other}): end it with Ctrl-C there, or kill ${other}.`,
      );
    }
  }
}

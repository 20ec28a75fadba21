import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpenToAll, workspaceRoot } from '@calendar-sync/test-infrastructure';

export interface Scratch {
  readonly directory: string;
  /** Ends every server that was started under it, and removes it. */
  close(): Promise<void>;
}

/**
 * A folder on the disk that the product would use: the checkout's, or the system's temporary one where Postgres, which
 * runs as another user when we are root, can't reach that. It ends with this process, also when that is killed.
 */
export function openScratch(): Scratch {
  const kept = join(workspaceRoot, '.local', 'bench');
  mkdirSync(kept, { recursive: true });
  const directory = mkdtempSync(join(isOpenToAll(kept) ? kept : tmpdir(), 'run-'));
  chmodSync(directory, 0o711);
  const watcher = spawn('/bin/sh', [join(workspaceRoot, 'libs/test-infrastructure/stop-servers.sh'), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  return {
    directory,
    close: async () => {
      const gone = new Promise((resolve) => watcher.once('exit', resolve));
      watcher.ref();
      watcher.stdin.end();
      await gone;
    },
  };
}

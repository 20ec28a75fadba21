import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export interface SmallDisk {
  readonly directory: string;
  /** Writes a ballast file until nothing more goes in: 0 bytes are left. */
  fill(): Promise<void>;
  /** Takes the ballast away. */
  free(): Promise<void>;
  /** Takes the disk away with all that is on it, also under processes that still use it. */
  unmount(): Promise<void>;
}

const ballast = 'ballast';
const run = (command: string, args: string[]) => execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });

/**
 * A disk of so many megabytes in memory, mounted on a folder, which is made when it isn't there and keeps its mode and owner.
 * It goes with the run when it lies in a `testDirectory`. Linux only, as root or with CAP_SYS_ADMIN; throws one line elsewhere.
 */
export function smallDisk(directory: string, megabytes: number): SmallDisk {
  const folder = resolve(directory);
  if (process.platform !== 'linux') throw new Error(refusal(folder, `this is ${process.platform}`));
  mkdirSync(folder, { recursive: true });
  const { mode, uid, gid } = statSync(folder);
  const options = `size=${megabytes}m,mode=${(mode & 0o7777).toString(8)},uid=${uid},gid=${gid}`;
  try {
    run('mount', ['-t', 'tmpfs', '-o', options, 'calendar-sync-small-disk', folder]);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n')[0];
    throw new Error(refusal(folder, said || (error as Error).message), { cause: error });
  }
  return {
    directory: folder,
    fill: () => fill(join(folder, ballast)),
    free: () => rm(join(folder, ballast), { force: true }),
    unmount: async () => {
      if (isMounted(folder)) run('umount', ['--lazy', folder]);
    },
  };
}

const isMounted = (folder: string) =>
  readFileSync('/proc/mounts', 'utf8').includes(` ${folder.replaceAll(' ', '\\040')} tmpfs `);

const refusal = (folder: string, reason: string) =>
  `A small disk can only be mounted on Linux as root or with CAP_SYS_ADMIN; on ${folder} it was refused: ${reason}`;

/** Big pieces first, then ever smaller ones: a write that no longer fits whole may still fit in part. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 16)) {
      const piece = Buffer.alloc(size);
      while (await fits(() => file.write(piece)));
    }
  } finally {
    await file.close();
  }
}

async function fits(write: () => Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    return (await write()).bytesWritten > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

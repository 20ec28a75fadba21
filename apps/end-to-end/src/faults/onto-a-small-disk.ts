import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { smallDisk, type SmallDisk } from '@calendar-sync/test-infrastructure';

/**
 * Moves a folder that nobody uses onto a disk of its own, with so many megabytes to spare. Linux only, as root or with
 * CAP_SYS_ADMIN.
 */
export function ontoASmallDisk(folder: string, spareMegabytes: number): SmallDisk {
  const before = `${folder}.before`;
  renameSync(folder, before);
  const { mode, uid, gid } = statSync(before);
  mkdirSync(folder);
  chmodSync(folder, mode & 0o7777);
  chownSync(folder, uid, gid);
  const used = Number(execFileSync('du', ['-sm', before], { encoding: 'utf8' }).split('\t')[0]);
  const disk = smallDisk(folder, used + spareMegabytes);
  // Files with holes stay so: Kafka's indexes would not fit otherwise.
  execFileSync('cp', ['-a', `${before}/.`, folder]);
  rmSync(before, { recursive: true });
  return disk;
}

/** Fills the disk, and again whenever something was freed on it, until it is freed by the returned function. */
export async function keepFull(disk: SmallDisk): Promise<() => Promise<void>> {
  await disk.fill();
  let filling = Promise.resolve();
  const timer = setInterval(() => {
    filling = filling.then(() => disk.fill());
  }, 250);
  return async () => {
    clearInterval(timer);
    await filling;
    await disk.free();
  };
}

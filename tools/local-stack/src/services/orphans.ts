import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, ownedProcess } from '@calendar-sync/test-infrastructure';
import { LAUNCHER } from '../launcher-lock';
import type { StackDirectory } from '../stack-directory';

/** Ends services and simulators of this folder whose launcher was killed. Kafka and Postgres are taken over instead. */
export async function endOrphans(directory: StackDirectory, report: (text: string) => void): Promise<void> {
  if (!existsSync(directory.run)) return;
  const names = readdirSync(directory.run)
    .filter((file) => file.endsWith('.pid') && file !== `${LAUNCHER}.pid`)
    .map((file) => file.slice(0, -'.pid'.length));
  await Promise.all(
    names.map(async (name) => {
      const pidFile = join(directory.run, `${name}.pid`);
      const orphan = ownedProcess(pidFile, directory.mark) ?? ownedProcess(pidFile, directory.simulator);
      if (orphan !== undefined) {
        await endProcess(orphan, { graceMs: 5_000 });
        report(`${name} (${orphan}) ended`);
      }
      rmSync(pidFile, { force: true });
    }),
  );
}

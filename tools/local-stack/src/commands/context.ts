import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import { knownSecrets, type Secrets } from '../settings/secrets';
import { type Environment, readSettings, Refusal } from '../settings/settings';
import { StackDirectory } from '../stack-directory';

/** What a command finds where it is called: settings, and the folder of the stack. */
export interface Context {
  settings: Environment;
  directory: StackDirectory;
}

export function contextOf(environment: Environment): Context {
  const settings = readSettings(environment, join(workspaceRoot, '.env'));
  return { settings, directory: new StackDirectory(settings['LOCAL_STACK_DIR'] ?? join(workspaceRoot, '.local')) };
}

export function requireSecrets({ directory }: Context): Secrets {
  const secrets = knownSecrets(directory.secrets);
  if (secrets === undefined) throw new Refusal('There is no local stack yet: `npm start` makes one.');
  return secrets;
}

export const write = (line: string): void => void process.stdout.write(`${line}\n`);

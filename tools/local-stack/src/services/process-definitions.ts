import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@calendar-sync/test-infrastructure';
import { type Environment, Refusal } from '../settings/settings';
import type { StackDirectory } from '../stack-directory';
import { factsOf, type Service, settingsFor } from './services';
import type { ProcessDefinition } from './supervised-process';

export type News = (name: string, text: string) => void;

interface Surroundings {
  directory: StackDirectory;
  settings: Environment;
  onNews: News;
}

const host = (settings: Environment) => {
  const chosen = settings['HOST'] ?? '127.0.0.1';
  return chosen === '0.0.0.0' || chosen === '::' ? '127.0.0.1' : chosen;
};

/** Where a service is reached from this machine. */
export const urlOf = (service: Service, settings: Environment) =>
  `http://${host(settings)}:${settings[factsOf[service].portVariable]}`;

export function compiled(app: string, file: string): string {
  const path = join(workspaceRoot, 'apps', app, 'dist', file);
  if (!existsSync(path)) throw new Refusal(`apps/${app} has not been built: run \`npm run build\`.`);
  return path;
}

export function serviceDefinition(
  service: Service,
  { directory, settings, onNews }: Surroundings,
  { name = service as string, port = settings[factsOf[service].portVariable], env = {} as NodeJS.ProcessEnv } = {},
): ProcessDefinition {
  const own = { ...settings, [factsOf[service].portVariable]: port };
  return {
    name,
    args: ['--enable-source-maps', '--expose-gc', compiled(service, 'main.js'), directory.mark],
    mark: directory.mark,
    env: { ...settingsFor(service, own), ...env },
    pidFile: directory.pidFile(name),
    logFile: directory.logFile(name),
    readyUrl: `${urlOf(service, own)}/health/ready`,
    restart: true,
    onNews,
  };
}

export function simulatorDefinition(
  port: number,
  icsFiles: readonly string[],
  { directory, settings, onNews }: Surroundings,
): ProcessDefinition {
  const name = 'google-calendar-simulator';
  return {
    name,
    args: [
      '--enable-source-maps',
      compiled(name, 'main.js'),
      '--port',
      String(port),
      '--data',
      directory.simulator,
      ...icsFiles.flatMap((file) => ['--ics', file]),
    ],
    mark: directory.simulator,
    env: Object.fromEntries(
      ['PATH', 'HOME', 'TZ'].map((variable) => [variable, settings[variable] ?? process.env[variable]]),
    ),
    pidFile: directory.pidFile(name),
    logFile: directory.logFile(name),
    readyUrl: `http://127.0.0.1:${port}/admin/accounts`,
    restart: true,
    onNews,
  };
}

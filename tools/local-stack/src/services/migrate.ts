import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Environment, Refusal } from '../settings/settings';
import { compiled } from './process-definitions';
import { type Service, settingsFor } from './services';

/** Brings the database of a service to the shape that its build expects. */
export async function migrate(service: Service, settings: Environment): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [compiled(service, 'migrate.js')], {
      env: settingsFor(service, settings),
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const output = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new Refusal(`The migrations of ${service} failed:\n${output}`);
  }
}

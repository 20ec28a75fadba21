import { databaseName, databaseVariable, services } from '../services/services';
import { ownUrl } from '../servers/databases';
import type { Environment } from '../settings/settings';
import { choosePorts, completeSettings } from '../stack-settings';
import { type Context, requireSecrets } from './context';

/** What the services of the stack of this folder are told, for commands that work beside it. */
export async function settingsOfStack(context: Context): Promise<Environment> {
  const { settings } = context;
  const secrets = requireSecrets(context);
  const ports = await choosePorts(settings, 'usual');
  const superuser = settings['POSTGRES_URL'] ?? `postgresql://postgres@127.0.0.1:${ports.postgres}/postgres`;
  return completeSettings(settings, {
    ports,
    secrets,
    brokers: settings['KAFKA_BROKERS']?.split(',') ?? [`127.0.0.1:${ports.kafka}`],
    databaseUrls: Object.fromEntries(
      services
        .filter((service) => settings[databaseVariable(service)] === undefined)
        .map((service) => [
          service,
          ownUrl(superuser, { name: databaseName(service), password: secrets.databasePasswords[service]! }),
        ]),
    ),
    simulatorUrl: `http://127.0.0.1:${ports.simulator}`,
  });
}

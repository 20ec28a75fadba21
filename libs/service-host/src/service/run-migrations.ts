import { messagingMigrations } from '@calendar-sync/kafka';
import { eventStoreMigration } from '@calendar-sync/event-sourcing-postgres';
import { DataSource } from 'typeorm';
import { ConfigError, type Environment, loadConfig } from '../config/load-config';
import { UrlSetting } from '../config/settings';
import { scrubError } from '../logging/scrub';
import { createLogger } from '../logging/logger';
import { type ServiceDefinition, variableNames } from './define-service';

class MigrationConfig {
  @UrlSetting({ protocols: ['postgres', 'postgresql'] })
  DATABASE_URL: string;
}

/** One at a time per database, however many replicas start together. */
const MIGRATION_LOCK = 7_220_001;

/** Brings the service's database to the present shape; names of the migrations that ran. Safe to run from several replicas at once. */
export async function migrate(service: ServiceDefinition, environment: Environment): Promise<string[]> {
  const { DATABASE_URL: url } = loadConfig(MigrationConfig, environment, variableNames(service));
  const source = new DataSource({
    type: 'postgres',
    url,
    applicationName: `${service.name} migrations`,
    migrations: [...new Set([eventStoreMigration, ...messagingMigrations, ...service.migrations])],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    connectTimeoutMS: 5_000,
    logging: false,
  });
  await source.initialize();
  try {
    const holder = source.createQueryRunner();
    try {
      await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      return (await source.runMigrations()).map(({ name }) => name);
    } finally {
      await holder.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
      await holder.release();
    }
  } finally {
    await source.destroy();
  }
}

/** `src/migrate.ts` of a service: migrates, says what it did, exits 1 when it could not. */
export async function runMigrations(service: ServiceDefinition): Promise<void> {
  const logger = createLogger({ service: service.name });
  try {
    const ran = await migrate(service, process.env);
    logger.info({ ran }, ran.length === 0 ? 'the database is up to date' : 'the database was migrated');
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else logger.fatal({ error: scrubError(error) }, 'the migration failed');
    process.exitCode = 1;
  }
}

import {
  type Comparison,
  openDatabase,
  type Projection,
  rebuildProjection,
} from '@calendar-sync/event-sourcing-postgres';
import { ConfigError, loadConfig, scrubText, UrlSetting } from '@calendar-sync/service-host';
import { readModels } from './projections/read-models';

class RebuildConfig {
  @UrlSetting({ protocols: ['postgres', 'postgresql'] })
  GATEWAY_DATABASE_URL: string;
}

const usage = `usage: node rebuild.js [all | ${readModels.map(({ name }) => name).join(' | ')}] …`;

/** Fills read models anew from the gateway's own log, while the gateway runs; answers come from the old ones until each is complete. */
async function rebuild(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => name !== 'all' && !readModels.some((model) => model.name === name));
  if (wanted.length === 0 || unknown.length > 0) throw new ConfigError([usage]);
  const { GATEWAY_DATABASE_URL: url } = loadConfig(RebuildConfig, process.env);
  const database = openDatabase({
    url,
    applicationName: 'gateway rebuild',
    maxConnections: 2,
    statementTimeoutMs: 60_000,
  });
  try {
    const chosen = readModels.filter(({ name }) => wanted.includes('all') || wanted.includes(name));
    for (const model of chosen) await rebuildOne(database, model);
  } finally {
    await database.close();
  }
}

async function rebuildOne(database: ReturnType<typeof openDatabase>, model: Projection): Promise<void> {
  const { messages, comparison } = await rebuildProjection(database, model, {
    // The size is the planner's estimate; of a young log there is none.
    onProgress: ({ phase, messages: folded, logRows }) =>
      say(`${model.name}: ${phase}, ${folded} messages${logRows > folded ? ` of about ${logRows}` : ''}`),
  });
  say(
    `${model.name}: rebuilt from ${messages} messages; ${comparison === undefined ? 'not compared' : inWords(comparison)}`,
  );
}

function inWords({ rows, onlyBefore, onlyAfter, different, examples }: Comparison): string {
  if (onlyBefore + onlyAfter + different === 0) return `the same ${rows.after} rows as before`;
  return (
    `${rows.after} rows, ${rows.before} before: ${onlyAfter} new, ${onlyBefore} gone, ${different} different, ` +
    `for example ${JSON.stringify(examples.slice(0, 3))}`
  );
}

const say = (line: string) => process.stdout.write(`${line}\n`);

rebuild(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${scrubText(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 1;
});

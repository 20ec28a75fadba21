import { openDatabase } from '@calendar-sync/event-sourcing-postgres';
import { type MeetingService, parseMeetingServices } from '@calendar-sync/meeting-intelligence';
import { ConfigError, JsonFileSetting, loadConfig, scrubText, UrlSetting } from '@calendar-sync/service-host';
import { judgeAgain } from './features/judge-again/judge-again';

class RejudgeConfig {
  @UrlSetting({ protocols: ['postgres', 'postgresql'] })
  MEETING_EXTRACTION_DATABASE_URL: string;

  @JsonFileSetting('must name a JSON file with meeting services', parseMeetingServices, { default: [] })
  MEETING_SERVICES_FILE: readonly MeetingService[];
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function rejudge(): Promise<void> {
  const { MEETING_EXTRACTION_DATABASE_URL: url, MEETING_SERVICES_FILE: services } = loadConfig(
    RejudgeConfig,
    process.env,
  );
  const database = openDatabase({ url, applicationName: 'meeting-extraction rejudge', maxConnections: 2 });
  try {
    const judged = await judgeAgain(database, services, (count) => {
      if (count % 10_000 === 0) say(`${count} entries judged`);
    });
    say(`${judged} entries judged by the rules of now; what came out otherwise is on its way.`);
  } finally {
    await database.close();
  }
}

rejudge().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof ConfigError ? message : scrubText(message)}\n`);
  process.exitCode = 1;
});

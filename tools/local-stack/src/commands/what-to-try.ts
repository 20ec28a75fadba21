import { existsSync } from 'node:fs';
import type { Person } from '../people/people';
import type { Stack } from '../running-stack';
import { services } from '../services/services';

/** What a person reads once everything runs. The last line begins with `ready`. */
export function whatToTry(stack: Stack, people: readonly Person[]): string {
  const { urls, brokers, directory, postgres } = stack;
  const user = people[0]?.user;
  const addresses = [
    ...services.map((service) => [service, urls[service]]),
    ...(urls.simulator === undefined ? [] : [['Google simulator', urls.simulator]]),
    ['Kafka', brokers.join(',')],
    ...(postgres === undefined ? [] : [['Postgres', `127.0.0.1:${postgres.port} (passwords: ${directory.secrets})`]]),
    ['logs', `${directory.logs}/`],
  ];
  const width = Math.max(...addresses.map(([name]) => name!.length));
  return [
    '',
    ...addresses.map(([name, address]) => `  ${name!.padEnd(width)}  ${address}`),
    '',
    ...(user === undefined
      ? [
          '  Connect an account (needs a refresh token of a Google user who agreed):',
          '    TOKEN=$(npm run --silent token -- --user me)',
          `    curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Prefer: wait=20' \\`,
          `      -d '{"userId":"me","provider":"google","refreshToken":"…"}' ${urls.gateway}/api/v1/calendar/connections`,
        ]
      : [
          `  Connected: ${people.map((person) => person.user).join(', ')}. Try, in another terminal:`,
          `    TOKEN=$(npm run --silent token -- --user ${user})`,
          `    curl -H "Authorization: Bearer $TOKEN" ${urls.gateway}/api/v1/calendar/calendars/${user}`,
          `    curl -H "Authorization: Bearer $TOKEN" "${urls.gateway}/api/v1/calendar/meetings/${user}?from=${day(0)}&to=${day(7)}"`,
          '    npm run demo        # a change at Google, followed to the API, leg by leg',
        ]),
    ...missing(stack).map((line) => `  ${line}`),
    `  The whole API: ${urls.gateway}/docs. Stop with Ctrl-C.`,
    '',
    `ready ${urls.gateway}`,
  ].join('\n');
}

const missing = ({ urls, settings, directory }: Stack): string[] =>
  urls.simulator !== undefined
    ? []
    : [
        ...(settings['GOOGLE_CLIENT_ID'] === 'not-set'
          ? ['GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are not set: no account can be connected.']
          : []),
        ...(settings['WEBHOOK_PUBLIC_URL'] === undefined
          ? ['WEBHOOK_PUBLIC_URL is not set: no push can arrive, calendars are polled.']
          : []),
        ...(existsSync(directory.simulator)
          ? [
              'Simulated accounts are still connected in this folder: `npm run reset` first, or set LOCAL_STACK_DIR to another.',
            ]
          : []),
      ];

const day = (ahead: number) => `${new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;

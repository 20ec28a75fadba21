import { join } from 'node:path';
import { signToken, type Stack } from '@calendar-sync/local-stack';
import { type Measurement, byTurns } from '../../figures/by-turns';
import { atLeastOfFloor, higherIsBetter, lowerIsBetter } from '../../figures/figures';
import { median, number, percentile, spread } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { jsonHttp } from '../../product/json-http';
import { OwnProcess } from '../../setting/own-process';
import { cpuSeconds } from '../../setting/process-cpu';
import { startProduct } from '../../setting/servers';
import type { BareGateway } from './bare-gateway.process';
import type { Answers, ReadLoad } from './read-load.process';
import { fullWeeks, ownerOf, storeCalendars } from './stored-calendars';

const CONNECTIONS = 32;
const POOL = 10;

type Question = ReadLoad['questions'][number];

export const gateway: Part = {
  name: 'gateway',
  about: `Answers a second to "the entries of a week" and "the meetings of a week" of one owner after the other, over ${CONNECTIONS} kept connections from another process, by a gateway process with 100,000 stored entries of 1,000 owners that it has folded from Kafka. A week holds about eighteen entries of 2 kB, six of them instances of series. The floor is a bare Fastify route that checks the same tokens, as often, and answers with the same rows as they are stored, read and written by pg and Fastify, from one prepared, indexed query on the same tables with as many connections; series are not expanded, nothing is hidden or paged there. Processor time is that of the serving process per answer, without Postgres.`,
  async run(bench) {
    const owners = bench.quick ? 20 : 1_000;
    const stack = await startProduct(bench, {
      services: ['gateway'],
      simulator: false,
      env: { DATABASE_CONNECTIONS: String(POOL), RATE_LIMIT_PER_MINUTE: '100000000' },
    });
    await storeCalendars(bench, stack, owners);
    bench.progress('signs tokens');
    const tokens = await Promise.all(
      Array.from({ length: owners }, (_, each) => signToken({ user: ownerOf(each) }, stack.secrets, stack.settings)),
    );
    const served = { url: stack.urls.gateway, pid: stack.pid('gateway')! };
    const bare = await startBareGateway(bench, stack);
    const loader = await OwnProcess.start<ReadLoad, Answers>(bench, join(__dirname, 'read-load.process.js'));
    const runs = {
      'entries, gateway': new Run(bench, loader, served, questions('entries', tokens)),
      'entries, bare': new Run(bench, loader, bare, questions('entries', tokens)),
      'meetings, gateway': new Run(bench, loader, served, questions('meetings', tokens)),
      'meetings, bare': new Run(bench, loader, bare, questions('meetings', tokens)),
    };
    await byTurns(
      { rounds: bench.quick ? 2 : 5, onRound: (text) => bench.progress(text) },
      {
        'entries, gateway': runs['entries, gateway'].measure,
        'entries, bare': runs['entries, bare'].measure,
        'meetings, gateway': runs['meetings, gateway'].measure,
        'meetings, bare': runs['meetings, bare'].measure,
      },
    );
    return [
      ...(await figures('entries', runs['entries, gateway'], runs['entries, bare'])),
      ...(await figures('meetings', runs['meetings, gateway'], runs['meetings, bare'])),
    ];
  },
};

/** Every owner's weeks, so that neighbours in the list have nothing to do with each other. */
const questions = (what: string, tokens: readonly string[]): Question[] =>
  fullWeeks.flatMap(({ from, to }) =>
    tokens.map((token, owner) => ({
      token,
      path: `/api/v1/calendar/${what}/${ownerOf(owner)}?${new URLSearchParams({ from, to })}`,
    })),
  );

async function startBareGateway(bench: Bench, stack: Stack) {
  const server = await OwnProcess.start<BareGateway, string>(bench, join(__dirname, 'bare-gateway.process.js'));
  const url = await server.ask({
    databaseUrl: stack.databaseUrl('gateway'),
    issuer: stack.settings['JWT_ISSUER']!,
    audience: stack.settings['JWT_AUDIENCE']!,
    key: stack.secrets.jwt.publicKey,
    connections: POOL,
  });
  return { url, pid: server.pid };
}

/** One server asked one kind of question, round by round; the first round warms up. */
class Run {
  private readonly rounds: (Answers & { cpu: number })[] = [];

  constructor(
    private readonly bench: Bench,
    private readonly loader: OwnProcess<ReadLoad, Answers>,
    private readonly server: { url: string; pid: number },
    private readonly asked: Question[],
  ) {}

  readonly measure: Measurement = async () => {
    const { url, pid } = this.server;
    const before = cpuSeconds(pid) ?? Number.NaN;
    const answers = await this.loader.ask({
      url,
      questions: this.asked,
      connections: CONNECTIONS,
      forMs: this.bench.quick ? 500 : 3_000,
    });
    this.rounds.push({ ...answers, cpu: (cpuSeconds(pid) ?? Number.NaN) - before });
    return answers.answered / answers.seconds;
  };

  of(measured: (round: Answers & { cpu: number }) => number): number[] {
    return this.rounds.slice(1).map(measured);
  }

  async items(): Promise<number> {
    const { path, token } = this.asked[0]!;
    const { items } = await jsonHttp(this.server.url).get<{ items: unknown[] }>(path, {
      authorization: `Bearer ${token}`,
    });
    return items.length;
  }
}

async function figures(what: string, served: Run, bare: Run): Promise<Figure[]> {
  const compared = (measured: (round: Answers & { cpu: number }) => number) => ({
    value: median(served.of(measured)),
    floor: { name: 'bare route', value: median(bare.of(measured)) },
    detail: `${spread(served.of(measured))}; floor ${spread(bare.of(measured))}`,
  });
  const size = ({ bytes, answered }: Answers) => bytes / answered / 1_000;
  const rate = compared(({ answered, seconds }) => answered / seconds);
  const latency = (share: number) =>
    lowerIsBetter({
      name: `${what}, p${share * 100}`,
      unit: 'ms',
      ...compared(({ latencies }) => percentile(latencies, share)),
    });
  return [
    atLeastOfFloor(
      0.6,
      higherIsBetter({
        name: `${what} of a week`,
        unit: '/s',
        ...rate,
        detail: `${rate.detail}; ${await served.items()} items in ${number(median(served.of(size)))} kB, floor ${await bare.items()} in ${number(median(bare.of(size)))} kB`,
      }),
    ),
    latency(0.5),
    latency(0.99),
    ...processorTime(
      what,
      compared(({ cpu, answered }) => (cpu / answered) * 1e6),
    ),
  ];
}

const processorTime = (what: string, compared: Pick<Figure, 'value' | 'floor' | 'detail'>): Figure[] =>
  Number.isNaN(compared.value)
    ? []
    : [lowerIsBetter({ name: `${what}, processor time per answer`, unit: 'µs', ...compared })];

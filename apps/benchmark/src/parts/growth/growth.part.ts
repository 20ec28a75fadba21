import type { PostgresServer } from '@calendar-sync/test-infrastructure';
import { lowerIsBetter } from '../../figures/figures';
import { median, number } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { migrated } from '../../product/built';
import { freshDatabase, startPostgres } from '../../setting/servers';
import { ReadersAtSize } from './readers-at-size';
import { SyncAtSize } from './sync-at-size';

/** At most so many times what it takes with the fewest calendars. */
const FLAT = 1.2;
const HOT = 400;

const works = {
  'a look for what is due': ({ sync }: AtSize) => sync.look(),
  'a poll, per calendar': ({ sync }: AtSize) => sync.poll(),
  'a renewal, per channel': ({ sync }: AtSize) => sync.renew(),
  'a change in sync': ({ sync }: AtSize) => sync.change(),
  'a change in the gateway': ({ readers }: AtSize) => readers.fold(),
  'a change in monitoring': ({ readers }: AtSize) => readers.watch(),
};
type Work = keyof typeof works;

interface AtSize {
  calendars: number;
  sync: SyncAtSize;
  readers: ReadersAtSize;
  samples: Record<Work, number[]>;
}

export const growth: Part = {
  name: 'growth',
  about:
    'What the services’ own functions take, per calendar, in databases that hold 1,000, 10,000 and 100,000 calendars (ten per ' +
    'account, each with an entry, a channel, a pull, jobs and a history): a look for what is due when nothing is; eight ' +
    'calendars claimed and polled at a time; eight channels renewed at a time; eight pushes noted, their calendars claimed, ' +
    'pulled and their entries written; and what the gateway and monitoring write for one change. The provider answers from ' +
    'memory. Medians, the three sizes by turns; the floor is the smallest size.',
  async run(bench) {
    const sizes = bench.quick ? [100, 1_000] : [1_000, 10_000, 100_000];
    const server = await startPostgres(bench);
    const atSizes: AtSize[] = [];
    for (const calendars of sizes) atSizes.push(await filled(bench, server, calendars));
    const rounds = bench.quick ? 3 : 40;
    for (let round = 0; round <= rounds; round += 1) {
      bench.progress(round === 0 ? 'warm-up' : `round ${round} of ${rounds}`);
      for (const atSize of round % 2 === 0 ? atSizes : atSizes.toReversed()) {
        for (const [name, work] of Object.entries(works) as [Work, (at: AtSize) => Promise<number>][]) {
          const milliseconds = await work(atSize);
          if (round > 0) atSize.samples[name].push(milliseconds);
        }
      }
    }
    return (Object.keys(works) as Work[]).map((name) => figure(name, atSizes));
  },
};

async function filled(bench: Bench, server: PostgresServer, calendars: number): Promise<AtSize> {
  bench.progress(`makes ${number(calendars)} calendars`);
  const [sync, gateway, monitoring] = await Promise.all(
    (['sync', 'gateway', 'monitoring'] as const).map(async (service) => {
      const url = await freshDatabase(server.url, `${service}_${calendars}`);
      await migrated(service, url);
      return url;
    }),
  );
  const at = {
    calendars,
    sync: new SyncAtSize(sync!),
    readers: new ReadersAtSize({ gateway: gateway!, monitoring: monitoring! }),
    samples: Object.fromEntries(Object.keys(works).map((name) => [name, [] as number[]])) as Record<Work, number[]>,
  };
  bench.onEnd(() => at.sync.close());
  bench.onEnd(() => at.readers.close());
  const hot = Math.min(HOT, calendars / 2);
  await Promise.all([at.sync.fill(calendars, hot), at.readers.fill(calendars, hot)]);
  return at;
}

function figure(name: Work, atSizes: readonly AtSize[]): Figure {
  const [smallest, ...others] = atSizes as [AtSize, ...AtSize[]];
  const of = ({ samples }: AtSize) => median(samples[name]);
  const compared = lowerIsBetter({
    name: `${name}, with ${number(atSizes.at(-1)!.calendars)}`,
    unit: 'ms',
    value: of(atSizes.at(-1)!),
    floor: { name: `with ${number(smallest.calendars)}`, value: of(smallest) },
    detail: others
      .slice(0, -1)
      .map((each) => `${number(of(each))} ms with ${number(each.calendars)}`)
      .join(', '),
  });
  return {
    ...compared,
    goal: { text: 'flat within 20 %', met: of(atSizes.at(-1)!) <= FLAT * of(smallest) },
  };
}

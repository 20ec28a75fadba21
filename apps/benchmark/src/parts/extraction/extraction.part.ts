import { type AssessableEntry, assessMeeting, fromGoogleEvent } from '@calendar-sync/meeting-intelligence';
import { byTurns, medians } from '../../figures/by-turns';
import { atLeast, atMostFloors, higherIsBetter, lowerIsBetter } from '../../figures/figures';
import { number, spread } from '../../figures/statistics';
import type { Bench, Figure, Part } from '../../part';
import { firstLinkByPatterns } from './every-pattern';
import { prose, sampleEvents } from './sample-events';

export const extraction: Part = {
  name: 'extraction',
  about:
    'Entries a second that one core tells: meeting or not with its reasons, all links ranked, dial-ins, keys. The entries are those of a working calendar ' +
    '(of ten: three with Meet, two with Zoom, two with Teams in HTML under SafeLinks, a thread of mails, two without a link). The floor is the naive way: every ' +
    'service’s pattern over the whole text, which unwraps, ranks and decides nothing. The cost a kB of a description of 100 kB stands beside the same of one of 5 kB: ' +
    'equal costs mean time in proportion to the length.',
  async run(bench) {
    return [await entriesPerSecond(bench), await costOfLength(bench)];
  },
};

/** Times the work is done in a second; a sample lasts long enough for the clock. */
const rateOf = (work: () => void, atLeastMs: number): number => {
  const began = performance.now();
  let done = 0;
  let spent = 0;
  do {
    work();
    done += 1;
    spent = performance.now() - began;
  } while (spent < atLeastMs);
  return done / (spent / 1_000);
};

async function entriesPerSecond(bench: Bench): Promise<Figure> {
  const entries = sampleEvents(bench.quick ? 200 : 2_000).map(fromGoogleEvent);
  const each = (work: (entry: AssessableEntry) => unknown) => async () =>
    rateOf(() => entries.forEach((entry) => work(entry)), bench.quick ? 50 : 1_000) * entries.length;
  const samples = await byTurns(
    { rounds: bench.quick ? 2 : 7, onRound: (text) => bench.progress(`entries, ${text}`) },
    { assessed: each((entry) => assessMeeting(entry)), naive: each(firstLinkByPatterns) },
  );
  return atLeast(
    20_000,
    higherIsBetter({
      name: 'entries assessed, one core',
      unit: '/s',
      value: medians(samples).assessed,
      floor: { name: 'every pattern over the text', value: medians(samples).naive },
      detail: `${spread(samples.assessed)}; floor ${spread(samples.naive)}`,
    }),
  );
}

async function costOfLength(bench: Bench): Promise<Figure> {
  const link = 'https://us02web.zoom.us/j/81234567890?pwd=abc';
  const microsecondsPerKb = (kB: number) => {
    const description = `${prose(kB * 1_000)}\n${link}`;
    return async () =>
      1e6 / rateOf(() => assessMeeting({ status: 'confirmed', description }), bench.quick ? 50 : 500) / kB;
  };
  const samples = await byTurns(
    { rounds: bench.quick ? 2 : 7, onRound: (text) => bench.progress(`length, ${text}`) },
    { long: microsecondsPerKb(100), short: microsecondsPerKb(5) },
  );
  return atMostFloors(
    1.5,
    lowerIsBetter({
      name: 'cost of a kB, description of 100 kB',
      unit: 'µs',
      value: medians(samples).long,
      floor: { name: 'description of 5 kB', value: medians(samples).short },
      detail: `100 kB in ${number(medians(samples).long / 10)} ms`,
    }),
  );
}

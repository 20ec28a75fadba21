import { median } from './statistics';

/** Something measured again and again, each time giving one sample. */
export type Measurement = () => Promise<number>;

/**
 * Takes samples of each in turn (A B, B A, A B …), so that a slow moment of the machine hits all of them and none is always
 * first. The first `warmUp` rounds are thrown away. Gives the samples by name.
 */
export async function byTurns<Name extends string>(
  { rounds, warmUp = 1, onRound }: { rounds: number; warmUp?: number; onRound?: (text: string) => void },
  measurements: Readonly<Record<Name, Measurement>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measurements) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      onRound?.(round < warmUp ? `warm-up, ${name}` : `round ${round - warmUp + 1} of ${rounds}, ${name}`);
      const sample = await measurements[name]();
      if (round >= warmUp) samples[name].push(sample);
    }
  }
  return samples;
}

export const medians = <Name extends string>(samples: Readonly<Record<Name, number[]>>): Record<Name, number> =>
  Object.fromEntries((Object.keys(samples) as Name[]).map((name) => [name, median(samples[name])])) as Record<
    Name,
    number
  >;

/** How long the work took, in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

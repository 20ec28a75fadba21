import { expectConvergence } from './convergence-check';
import { FaultBench, faultSeed } from './fault-bench';

const seed = faultSeed();
let bench: FaultBench;

beforeEach(async () => {
  bench = await FaultBench.open(seed);
}, 180_000);
afterEach(() => bench.close(), 60_000);

test('pushes of which a third is lost, and the rest repeated, shuffled and late, lead to the truth', async () => {
  await bench.simulator.setFaults({ push: { drop: 0.3, duplicate: 0.5, delayMs: [0, 1_500], reorder: true } });
  for (let burst = 0; burst < 10; burst += 1) await bench.mutate(20);
  await expectConvergence(bench);
});

import { ManyContainers } from '../placement/many-containers.ts';
import type { Row } from '../row.ts';

const few = 100;
const many = 100_000;
const rounds = 9;
const requestsPerRound = 20_000;

/** Time of one request, microseconds: the best of some rounds, so that what else the machine does is left out. */
function perRequestUs(act: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    for (let nth = 0; nth < requestsPerRound; nth += 1) act();
    best = Math.min(best, ((performance.now() - from) / requestsPerRound) * 1_000);
  }
  return best;
}

/** Placement with many containers: the pool's own indexes and the pure decision, without anything that runs. */
export const placementRow: Row = {
  name: 'placement',
  about: 'placing a request among 100 and among 100,000 containers, simulated',
  drivers: ['host'],
  run: async function* () {
    // The same ten functions in both: what differs is how much there is beside them.
    const [small, large] = [new ManyContainers(few, 10), new ManyContainers(many, 10)];
    const everywhere = new ManyContainers(many);
    const kinds: readonly [what: string, act: (pool: ManyContainers) => void][] = [
      ['an idle container, taken and given back', (pool) => pool.reuse()],
      ['a blank one, all others busy', (pool) => pool.fromBlank()],
    ];
    for (const [what, act] of kinds) {
      const values = {
        '100 containers': perRequestUs(() => act(small)),
        '100,000 containers': perRequestUs(() => act(large)),
        // Each request finds other memory: what the processor's caches do not hold.
        '100,000, all functions by turns': perRequestUs(() => act(everywhere)),
      };
      yield { what, unit: 'µs', values };
    }
  },
};

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateDemand, type Demand } from '../../../test/simulation/limits-demand.ts';

const usual: Demand = { hosts: 3, calls: 100, load: 1.5, runMs: 200, shiftMs: 2_000, seconds: 20, seed: 7 };
/** More of them, and what they left, in docs/decisions/0064. */
const cases: readonly Partial<Demand>[] = [
  {},
  { hosts: 2, calls: 10 },
  { hosts: 3, calls: 5 },
  { load: 4, seconds: 8 },
  { runMs: 20, seconds: 5 },
  { hosts: 10, calls: 200, seconds: 10 },
  { hosts: 10, calls: 200, load: 1.05, seconds: 10 },
  ...(process.env['HEDDLE_TEST_SLOW'] === '1' ? [{ hosts: 50, calls: 500, seconds: 4 }] : []),
];

for (const one of cases) {
  const demand = { ...usual, ...one };
  const { hosts, calls, load, runMs } = demand;
  test(`${hosts} hosts that ask for ${load} times ${calls} calls of ${runMs} ms leave at most 5 % unused while one refuses`, async (t) => {
    const { unused, admitted, refused, messages, most } = await simulateDemand(demand);
    t.diagnostic(
      `unused ${(100 * unused).toFixed(1)} %, ${messages.toFixed(0)} messages a second and host, ${admitted} in, ${refused} refused`,
    );
    assert(most <= calls, `${most} of ${calls} at once`);
    assert(refused > 0, 'nothing was refused');
    assert(unused <= 0.05, `${unused} unused`);
  });
}

test('hosts that together ask for 0.7 times their limit refuse hardly anything, whoever gets the calls', async (t) => {
  for (const one of [{}, { hosts: 10, calls: 200 }]) {
    const { admitted, refused, most } = await simulateDemand({ ...usual, load: 0.7, ...one });
    t.diagnostic(`${admitted} in, ${refused} refused`);
    assert(most <= (one.calls ?? usual.calls), `${most} at once`);
    // One host alone refuses 1 of 14,000 here.
    assert(refused <= admitted / 1_000, `${refused} of ${admitted} refused`);
  }
});

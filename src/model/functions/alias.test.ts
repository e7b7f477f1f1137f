import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routedVersion, type Alias } from './alias.ts';
import { seededRandom } from '../../../test/simulation/random.ts';

const alias: Alias = {
  ...{ account: '1', name: 'f', alias: 'live', version: '1', description: '', revisionId: 'r' },
};

test('of an alias with a weight, just that part of the invocations goes elsewhere', () => {
  const random = seededRandom(11);
  const count = 100_000;
  for (const weight of [0, 0.01, 0.1, 0.5, 0.999, 1]) {
    const routing = { version: '2', weight };
    let others = 0;
    let repeats = 0;
    let before = '';
    for (let i = 0; i < count; i++) {
      const version = routedVersion({ ...alias, routing }, random());
      if (version === '2') others++;
      if (version === before) repeats++;
      before = version;
    }
    const deviation = Math.sqrt(count * weight * (1 - weight));
    assert(Math.abs(others - count * weight) <= 4 * deviation, `${others} of ${count} for ${weight}`);
    // Each invocation chooses for itself: two in a row agree as often as two that know nothing of each other.
    const same = weight ** 2 + (1 - weight) ** 2;
    const tolerance = 4 * Math.sqrt(count * same * (1 - same)) + 1;
    assert(Math.abs(repeats - count * same) <= tolerance, `${repeats} repeats of ${count} for ${weight}`);
  }
  assert.equal(routedVersion(alias, 0), '1');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateLag } from './state-lag.ts';

test('a host that is behind now and then is not late; one that stays behind is, from when that was first seen', () => {
  const lag = new StateLag();
  assert.equal(lag.look(5n, 5n, 0), 0);
  // Each time something new has just come.
  assert.deepEqual([lag.look(5n, 6n, 15_000), lag.look(6n, 7n, 30_000), lag.look(7n, 8n, 45_000)], [0, 0, 0]);
  assert.deepEqual([lag.look(7n, 9n, 60_000), lag.look(8n, 10n, 75_000)], [15_000, 0]);
  assert.deepEqual([lag.look(8n, 10n, 90_000), lag.look(10n, 10n, 91_000)], [15_000, 0]);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Mutex, remote, shutdown } from '../../../src/index.ts';
import { hostOf, startCluster, type TestCluster } from '../harness.ts';
import { leadersOf } from '../leaders.ts';
import { homeIndex } from './home-of.ts';
import type * as Fixture from './work.ts';

const minutes = { timeout: 600_000 };
const leases = 'KV_heddle-leases';
const work = remote<typeof Fixture>(join(import.meta.dirname, 'work.ts'), { output: 'silent' });

/** The machine whose server leads the leases, and is not this one. */
async function leaderOf(cluster: TestCluster, not?: number): Promise<number> {
  for (;;) {
    // Nobody answers while there is none.
    const leader = await leadersOf(cluster).then(
      (leaders) => leaders.get(leases),
      () => undefined,
    );
    if (leader !== undefined && leader !== not) return leader;
    await pause(100);
  }
}

test('an election of NATS ends no session, and takes no lock from who holds it', minutes, async () => {
  await using cluster = await startCluster({ flags: ['--log-level', 'info'] });
  const home = await homeIndex(cluster);
  process.env['HEDDLE_HOME'] = hostOf(cluster, home).home;
  process.env['HEDDLE_URL'] = hostOf(cluster, home).url;
  try {
    const held = await new Mutex('kept').lock();
    const thread = work.waitForPost.spawn();
    await once(thread.port, 'message');
    const leader = await leaderOf(cluster);
    await cluster.servers[leader]?.process.kill();
    const waits = new Mutex('kept').lock();
    await leaderOf(cluster, leader);
    await held.release();
    const next = await waits;
    assert.equal(held.lost.aborted, false);
    assert.ok(next.token > held.token);
    assert.equal(next.token >> 22n, held.token >> 22n, 'another home gave it');
    await next.release();
    thread.port.postMessage('still there');
    assert.equal(await thread, 'still there');
    assert.equal(await homeIndex(cluster), home);
  } finally {
    await shutdown();
  }
});

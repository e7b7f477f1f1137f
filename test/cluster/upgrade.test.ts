import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deploy } from '../e2e/service.ts';
import { slowOnly } from '../e2e/drivers.ts';
import { drainHost } from './drain.ts';
import { startCluster } from './harness.ts';
import { untilTheySpeak } from './faults/protocols.ts';
import { startBalancedCalls } from './traffic/balancer.ts';

const timeout = 900_000;
const before = '1-1';
/** One host after the other gets each: a release with a newer version of the protocol, and the one before again. */
const rounds = [
  { release: '1-2', highest: 2 },
  { release: before, highest: 1 },
] as const;

test(
  'hosts get another release one after the other, and the one before again, and of the calls meanwhile none fails',
  { skip: slowOnly, timeout },
  async (context) => {
    const signal = AbortSignal.timeout(timeout);
    await using cluster = await startCluster({ environment: () => ({ HEDDLE_TEST_PROTOCOL: before }) });
    await deploy({ client: cluster.lambda(0) }, 'echo', 'exports.handler = async (event) => event;', { Timeout: 10 });
    await using calls = startBalancedCalls(cluster, 'echo');
    for (const n of cluster.hosts.keys()) await calls.until(n, 'in', signal);
    let spoken = 1;
    for (const { release, highest } of rounds) {
      for (const [n, host] of cluster.hosts.entries()) {
        await drainHost(host, signal);
        await calls.until(n, 'out', signal);
        await host.process.stop();
        await host.process.start(signal, [], { HEDDLE_TEST_PROTOCOL: release });
        const speak = cluster.hosts.map((_, at) => (at <= n ? highest : spoken));
        for (const by of cluster.hosts.keys()) await untilTheySpeak(cluster, by, speak, signal);
        await calls.until(n, 'in', signal);
        context.diagnostic(`${host.name} speaks ${release}; answered by host: ${calls.answered.join(', ')}`);
      }
      spoken = highest;
    }
    await calls.stop();
    assert.deepEqual(calls.failed, []);
  },
);

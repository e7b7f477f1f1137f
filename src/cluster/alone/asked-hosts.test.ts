import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HostId, HostRecord } from '../contract.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { MemoryPeers } from '../testing/memory-peers.ts';
import { StepClock } from '../testing/step-clock.ts';
import { AskedHosts, serveHolders } from './asked-hosts.ts';
import { keepHosts, keptHosts } from './kept-hosts.ts';

const leases = (holders: Readonly<Record<string, readonly [HostId, bigint]>>): Parameters<typeof serveHolders>[1] => ({
  holderOf: (name) => {
    const [host, epoch] = holders[name] ?? [];
    return host === undefined || epoch === undefined ? undefined : { host, epoch };
  },
});
const names = ['shard-0', 'shard-1'];

test('a host without NATS knows of homes what the newest of those say that answer it, and nothing of holders that do not', async () => {
  const [clock, peers] = [new StepClock(), new MemoryPeers()];
  serveHolders(peers.join('h-1'), leases({ 'shard-0': ['h-1', 5n], 'shard-1': ['h-3', 9n] }), names);
  serveHolders(peers.join('h-2'), leases({ 'shard-0': ['h-2', 7n] }), names);
  using asked = new AskedHosts({ hosts: ['h-1', 'h-2', 'h-3'], peers: peers.join('h-0'), clock });
  asked.begin();
  await clock.pass(0);
  assert.deepEqual(asked.holderOf('shard-0'), { host: 'h-2', epoch: 7n });
  assert.equal(asked.holderOf('shard-1'), undefined);
  assert.deepEqual(
    ['h-1', 'h-2', 'h-3'].map((host) => asked.isThere(host)),
    [true, true, false],
  );
  peers.kill('h-2');
  await clock.pass(10_000);
  assert.deepEqual(asked.holderOf('shard-0'), { host: 'h-1', epoch: 5n });
});

test('who was in the cluster is kept in the home as it changes', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-kept-'));
  try {
    assert.deepEqual(await keptHosts(home), []);
    const cluster = new MemoryCluster();
    const { membership } = cluster.join('h-1');
    const kept = keepHosts(home, membership, (error) => assert.fail(String(error)));
    const { membership: other } = cluster.join('h-2');
    await kept[Symbol.asyncDispose]();
    const records: readonly HostRecord[] = await keptHosts(home);
    assert.deepEqual(records, [membership.self, other.self]);
    await writeFile(join(home, 'cluster-hosts.json'), '{"hosts":[{"record":{"id":"h-1"}}]}');
    await assert.rejects(keptHosts(home), /no record of a host/);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

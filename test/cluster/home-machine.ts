import { setTimeout as wait } from 'node:timers/promises';
import { shardOf } from '../../src/cluster/homes/shards.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { hostOf, type TestCluster } from './harness.ts';

const lookMs = 100;

/** Which machine's host is the home of an account, from 0, as the first host has it. Waits until one is. */
export async function homeMachine(cluster: TestCluster, account: string, signal: AbortSignal): Promise<number> {
  using client = new HeddleClient(findConnection(hostOf(cluster, 0).home, {}));
  for (;;) {
    const seen = await client.admin('GET', '/cluster');
    const shard = seen.list('shards').find((each) => each.number('shard') === shardOf(account));
    const host = seen.list('hosts').find((each) => each.text('id') !== '' && each.text('id') === shard?.text('host'));
    const machine = cluster.hosts.findIndex(({ name }) => name === host?.text('name'));
    if (machine !== -1) return machine;
    await wait(lookMs, undefined, { signal });
  }
}

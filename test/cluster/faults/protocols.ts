import { setTimeout as wait } from 'node:timers/promises';
import { HeddleClient } from '../../../src/sdk/client.ts';
import { findConnection } from '../../../src/sdk/connection.ts';
import { hostOf, type TestCluster } from '../harness.ts';

const lookMs = 100;

/** Resolves when one host hears all of them, each with the highest version of the protocol between hosts that is said here, in the order of the hosts. Throws where one is there with another. */
export async function untilTheySpeak(
  cluster: TestCluster,
  by: number,
  highest: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  using client = new HeddleClient(findConnection(hostOf(cluster, by).home, {}));
  for (;;) {
    const hosts = (await client.admin('GET', '/cluster')).list('hosts');
    const alive = new Map(
      hosts
        .filter((host) => host.flag('alive'))
        .map((host) => [host.text('name'), host.object('protocol').number('max')]),
    );
    const speaks = cluster.hosts.map(({ name }) => alive.get(name));
    if (speaks.every((one) => one !== undefined)) {
      if (speaks.join() === highest.join()) return;
      throw new Error(`Hosts speak up to ${speaks.join(', ')}, and should ${highest.join(', ')}.`);
    }
    await wait(lookMs, undefined, { signal });
  }
}

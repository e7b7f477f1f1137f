import { setTimeout as wait } from 'node:timers/promises';
import type { LocalHost } from '../../src/cluster/local/local-host.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';

const lookMs = 100;

/** As `heddle cluster drain` of that host's home: resolves when it has no shard and runs nothing. */
export async function drainHost({ home }: LocalHost, signal: AbortSignal): Promise<void> {
  using client = new HeddleClient(findConnection(home, {}));
  let state = await client.admin('POST', '/cluster/drain', { body: { host: '', draining: true } });
  while (state.list('left').some((each) => each.number('count') > 0)) {
    await wait(lookMs, undefined, { signal });
    state = await client.admin('GET', '/cluster/drain', { query: { host: '' } });
  }
}

/** Has it take work again. */
export async function takeBack({ home }: LocalHost): Promise<void> {
  using client = new HeddleClient(findConnection(home, {}));
  await client.admin('POST', '/cluster/drain', { body: { host: '', draining: false } });
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { attach, Mutex, remote, RemoteError, shutdown, type Thread } from '../../../src/index.ts';
import { BroadcastChannel, Worker } from '../../../src/sdk/worker-threads/index.ts';
import { threadsConnection } from '../../../src/sdk/threads/session/connection.ts';
import { threadStatus } from '../../../src/sdk/threads/thread/thread-status.ts';
import { hostOf, startCluster, type TestCluster } from '../harness.ts';
import { homeIndex } from './home-of.ts';
import type * as Fixture from './work.ts';

const minutes = { timeout: 600_000 };
const patience = (): AbortSignal => AbortSignal.timeout(240_000);
const work = remote<typeof Fixture>(join(import.meta.dirname, 'work.ts'), { output: 'silent' });

describe('threads on three hosts', () => {
  let cluster: TestCluster;
  before(async () => {
    // So little memory that one host is not enough for what a test has at once.
    cluster = await startCluster({ flags: ['--log-level', 'info', '--memory', '1200M'] });
  }, minutes);
  after(async () => {
    await shutdown();
    await cluster[Symbol.asyncDispose]();
  });

  /** This program's threads run by way of this host from now on. */
  async function use(n: number): Promise<void> {
    await shutdown();
    const { home, url } = hostOf(cluster, n);
    process.env['HEDDLE_HOME'] = home;
    process.env['HEDDLE_URL'] = url;
  }

  const other = (...taken: readonly number[]): number => [0, 1, 2].find((n) => !taken.includes(n)) ?? 0;

  /** Threads that wait for a message, until some run on two hosts at least, by the names of those. */
  async function onSeveralHosts(): Promise<Map<string, Thread<unknown>[]>> {
    const byHost = new Map<string, Thread<unknown>[]>();
    for (let count = 0; byHost.size < 2; count += 1) {
      assert.ok(count < 12, `all run on ${[...byHost.keys()].join(', ')}`);
      const thread = work.waitForPost.spawn();
      await once(thread.port, 'message');
      const { host = 'none' } = await thread.start;
      byHost.set(host, [...(byHost.get(host) ?? []), thread]);
    }
    return byHost;
  }

  test('a start says the host, and ports reach each of them', minutes, async () => {
    await use(other(await homeIndex(cluster)));
    const byHost = await onSeveralHosts();
    const names = cluster.hosts.map(({ name }) => name);
    assert.ok([...byHost.keys()].every((host) => names.includes(host)));
    for (const [host, threads] of byHost)
      for (const thread of threads) {
        thread.port.postMessage({ to: host });
        assert.deepEqual(await thread, { to: host });
      }
  });

  test('what one host of several says in a BroadcastChannel, those on others hear', minutes, async () => {
    await use(await homeIndex(cluster));
    const code = `const { parentPort } = require('worker_threads');
      const channel = new BroadcastChannel('news');
      channel.onmessage = ({ data }) => parentPort.postMessage(data);
      parentPort.on('message', (data) => (data === 'end' ? process.exit(0) : channel.postMessage(data)));
      parentPort.postMessage('open');`;
    // One host has memory for four of them.
    const workers = Array.from({ length: 6 }, () => new Worker(code, { eval: true }));
    const open = await Promise.all(workers.map((worker) => once(worker, 'message')));
    assert.deepEqual(open.flat(), Array(6).fill('open'));
    const channel = new BroadcastChannel('news');
    const here = once(channel, 'message');
    const [first, ...rest] = workers;
    const heard = Promise.all(rest.map((worker) => once(worker, 'message')));
    first?.postMessage('from one');
    for (const message of await heard) assert.deepEqual(message, ['from one']);
    await here;
    channel.close();
    const exits = Promise.all(workers.map((worker) => once(worker, 'exit')));
    for (const worker of workers) worker.postMessage('end');
    await exits;
  });

  test('threads that threads start, wherever those are, have a session at home', minutes, async () => {
    await use(other(await homeIndex(cluster)));
    const families = await Promise.all([5, 6, 7].map((children) => work.family(children)));
    assert.deepEqual(
      families.map(({ sum }) => sum),
      [10, 15, 21],
    );
    assert.ok(families.some(({ counted }) => counted === 18n));
  });

  test('a host that dies takes its threads along, and no others; those that may run twice do', minutes, async () => {
    const home = await homeIndex(cluster);
    await use(home);
    const byHost = await onSeveralHosts();
    const away = [...byHost.keys()].find((name) => name !== hostOf(cluster, home).name) ?? '';
    const victim = cluster.hosts.find(({ name }) => name === away);
    assert.ok(victim);
    const repeatable = work.waitForPost.with({ retries: { max: 3 } }).spawn();
    const posts = { count: 0 };
    repeatable.port.on('message', () => (posts.count += 1));
    await repeatable.start;
    await victim.process.kill();
    for (const thread of byHost.get(away) ?? [])
      await assert.rejects(Promise.resolve(thread), (error) => {
        assert.ok(error instanceof RemoteError);
        assert.deepEqual([error.kind, error.remoteName], ['lost', 'HostLostError']);
        return true;
      });
    for (const [host, threads] of byHost) {
      if (host === away) continue;
      for (const thread of threads) {
        thread.port.postMessage(host);
        assert.equal(await thread, host);
      }
    }
    repeatable.port.postMessage('at last');
    repeatable.port.on('message', () => repeatable.port.postMessage('at last'));
    assert.equal(await repeatable, 'at last');
    assert.ok(posts.count >= 1);
    await victim.process.start(patience());
  });

  test(
    'a home that dies takes sessions along: threads are lost, locks are told, and the program goes on',
    minutes,
    async () => {
      const home = await homeIndex(cluster);
      await use(other(home));
      const thread = work.waitForPost.spawn();
      await once(thread.port, 'message');
      const held = await new Mutex('mine').lock();
      const detached = work.waitForPost.spawn();
      await once(detached.port, 'message');
      const left = detached.detach();
      assert.equal((await detached.state()).state, 'running');
      const ended = work.twice.spawn(21);
      const kept = ended.detach();
      assert.equal(await ended, 42);
      // Who is told so may rely on its being kept.
      assert.equal(await stateOf(kept), 'ended');
      const lost = once(held.lost, 'abort');
      await hostOf(cluster, home).process.kill();
      await assert.rejects(Promise.resolve(thread), { name: 'RemoteError', kind: 'lost', remoteName: 'HostLostError' });
      await lost;
      const again = await new Mutex('mine').lock();
      assert.ok(again.token > held.token);
      await assert.rejects(held.release(), { name: 'SharingError', code: 'not-held' });
      await again.release();
      assert.equal(await work.twice(4), 8);
      // What became of what was left there, its next home knows.
      await assert.rejects(Promise.resolve(attach(left)), { name: 'RemoteError', kind: 'lost' });
      assert.equal(await attach(kept), 42);
      await hostOf(cluster, home).process.start(patience());
    },
  );
});

/** What the service knows of a thread that was let go. */
async function stateOf(id: string): Promise<string> {
  const { session } = await threadsConnection();
  return (await threadStatus(session, id)).state;
}

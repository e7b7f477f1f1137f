import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../model/clock.ts';
import { ClusterUnavailableError, type Lease } from '../contract.ts';
import type { NatsLink } from '../nats/connection.ts';
import { silentLogger, testLink } from '../testing/links.ts';
import { startNatsServers, type TestNats, type TestNatsServer } from '../testing/nats.ts';
import { openLeaseStore } from './bucket-store.ts';
import { ClusterLeases } from './cluster-leases.ts';

const minutes = { timeout: 290_000 };

let nats: TestNats;
before(async () => {
  nats = await startNatsServers(3);
}, minutes);
after(() => nats[Symbol.asyncDispose]());

/** A host of a test in this process, with a connection of its own. */
interface TestHost extends AsyncDisposable {
  readonly leases: ClusterLeases;
}

async function host(self: string): Promise<TestHost> {
  await using undo = new AsyncDisposableStack();
  const link = undo.use(await testLink(nats.settings, self));
  const report = (err: unknown): void => silentLogger.warn({ err });
  const store = await openLeaseStore({ link, replicas: 3, report, signal: AbortSignal.timeout(250_000) });
  const leases = undo.use(new ClusterLeases({ store, clock: systemClock, self, report }));
  const stack = undo.move();
  return { leases, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Takes it as soon as it can be had, by what is told of changes; where nobody answers, again. */
async function takeWhenFree({ leases }: TestHost, name: string): Promise<Lease> {
  for (;;) {
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    using _ = leases.onChange(resolve);
    using _timer = systemClock.timer(500, resolve);
    // Keeps the process alive, unlike the clock's.
    const alive = setInterval(() => undefined, 1_000);
    try {
      const lease = await leases.take(name);
      if (lease !== undefined) return lease;
      await changed;
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
      await changed;
    } finally {
      clearInterval(alive);
    }
  }
}

/** Waits for the server that leads the leases, and is not this one. */
async function leaderOf(link: NatsLink, not?: TestNatsServer): Promise<TestNatsServer> {
  for (;;) {
    // Nobody answers while there is none.
    const info = await link.manager.streams.info('KV_heddle-leases').catch(() => undefined);
    const leader = nats.servers.find((server) => server.name === info?.cluster?.leader && server !== not);
    if (leader !== undefined) return leader;
    await new Promise((later) => setTimeout(later, 50));
  }
}

test(
  'one of many that want a lease at once has it, all know who, and its successor has a higher epoch',
  minutes,
  async () => {
    await using undo = new AsyncDisposableStack();
    const hosts = await Promise.all(['h-1', 'h-2', 'h-3'].map(async (id) => undo.use(await host(id))));
    const taken = await Promise.all(hosts.map(({ leases }) => leases.take('all')));
    const winners = taken.filter((lease) => lease !== undefined);
    assert.equal(winners.length, 1);
    const [winner] = winners;
    assert.ok(winner);
    const index = taken.indexOf(winner);
    assert.equal(await hosts[index]?.leases.take('all'), winner, 'it has it already');
    const other = hosts[(index + 1) % 3];
    assert.ok(other);
    while (other.leases.holderOf('all') === undefined)
      await new Promise<void>((heard) => void other.leases.onChange(heard));
    assert.deepEqual(other.leases.holderOf('all'), { host: `h-${index + 1}`, epoch: winner.epoch });
    await winner.release();
    assert.equal(winner.over.aborted, true);
    const next = await takeWhenFree(other, 'all');
    assert.ok(next.epoch > winner.epoch);
  },
);

test(
  'an election takes a lease from nobody, and without most servers it is suspended until there are most again',
  minutes,
  async () => {
    await using undo = new AsyncDisposableStack();
    const [one, other] = [undo.use(await host('h-1')), undo.use(await host('h-2'))];
    const link = undo.use(await testLink(nats.settings, 'looks'));
    const lease = await takeWhenFree(one, 'kept');
    // The other wants it all the time.
    let [taken, wanting]: [Lease | undefined, boolean] = [undefined, true];
    const wants = (async () => {
      while (wanting && taken === undefined) {
        taken = await other.leases.take('kept').catch(() => undefined);
        await new Promise((later) => setTimeout(later, 100));
      }
    })();
    undo.defer(() => void (wanting = false));
    const isSuspended = async (): Promise<void> => {
      while (lease.valid) await new Promise((later) => setTimeout(later, 20));
    };
    const leader = await leaderOf(link);
    await leader.kill();
    await leaderOf(link, leader);
    assert.equal(await lease.settled(), true, 'it was lost by an election');
    const second = nats.servers.find((server) => server !== leader);
    await second?.kill();
    await isSuspended();
    assert.equal(lease.over.aborted, false);
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    one.leases.onChange(resolve);
    await Promise.all([leader.restart(), second?.restart()]);
    assert.equal(await lease.settled(), true, 'it was lost without most servers');
    await changed;
    wanting = false;
    await wants;
    assert.equal(taken, undefined, 'another took what had not run out');
    assert.deepEqual(other.leases.holderOf('kept'), { host: 'h-1', epoch: lease.epoch });
    await nats.ready();
  },
);

test(
  'a process that stood still does nothing with a lease that is another’s, before it has noticed',
  minutes,
  async () => {
    await using other = await host('h-other');
    const program = fileURLToPath(new URL('testing/holder.ts', import.meta.url));
    const args = [
      '--disable-warning=ExperimentalWarning',
      program,
      nats.urls.join(','),
      nats.keys.hostsFile,
      'stood',
      'h-held',
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    /** Epochs, and when it was looked whether the lease is valid: on the monotonic clock that all processes have in common. */
    const acts: { readonly epoch: bigint; readonly at: bigint }[] = [];
    const heard = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'over') return over.resolve();
      const [epoch = '', at = ''] = line.split(' ');
      acts.push({ epoch: BigInt(epoch), at: BigInt(at) });
      heard.resolve();
    });
    try {
      await Promise.race([heard.promise, ended.then(() => Promise.reject(new Error('The holder ended.')))]);
      child.kill('SIGSTOP');
      const stoppedAt = performance.now();
      const lease = await takeWhenFree(other, 'stood');
      const takenAt = process.hrtime.bigint();
      const left = stoppedAt + 10_000 - performance.now();
      if (left > 0) await new Promise((later) => setTimeout(later, left));
      child.kill('SIGCONT');
      await over.promise;
      assert.ok(acts.length > 0);
      for (const { epoch, at } of acts)
        assert.ok(at < takenAt && epoch < lease.epoch, 'it acted with what it had lost');
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  },
);

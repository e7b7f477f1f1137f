import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, describe, test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { ranked } from '../../../src/cluster/homes/ranking.ts';
import { shardCount } from '../../../src/cluster/homes/shards.ts';
import { openNatsLink } from '../../../src/cluster/nats/connection.ts';
import type { TestNatsServer } from '../../../src/cluster/testing/nats.ts';
import { faultsOf, type Again, type Verdict } from '../../events/proof/check.ts';
import { openLedger, type Ledger } from '../../events/proof/ledger.ts';
import { makeQueues, startHosts, type TestHost, type TestHosts } from './hosts.ts';
import { died, proveHosts } from './proof.ts';

/** Of all kinds, in each test. */
const events = 200;
/** Of the hosts: whoever takes over sees another time than who died. */
const clocksOffMs = [0, 15_000, -15_000];
const shards = Array.from({ length: shardCount }, (_, shard) => shard);
/** Longer than a lease. */
const stillMs = 10_000;

let ledger: Ledger;
let cluster: TestHosts;
function holds(t: TestContext, verdict: Verdict): void {
  for (const kind of ['async', 'queue', 'schedule'] as const) {
    const { acknowledged, executed, deadLettered, unanswered, unansweredButRan, again } = verdict.kinds[kind];
    t.diagnostic(
      JSON.stringify({
        kind,
        acknowledged,
        executed,
        deadLettered,
        unanswered,
        unansweredButRan,
        again: reasons(again),
      }),
    );
  }
  assert.deepEqual(faultsOf(verdict), []);
}

/** How many ran again, for each reason. */
function reasons(again: readonly Again[]): Partial<Record<Again['why'], number>> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(again, ({ why }) => why)).map(([why, all]) => [why, all.length]),
  );
}

/** The host that should have a shard, of those that run. */
function bestFor(shard: number): TestHost | undefined {
  const [best] = ranked(
    shard,
    cluster.hosts.map(({ id }) => id),
  );
  return cluster.hosts.find(({ id }) => id === best);
}

/** The NATS server that leads a stream, and is not this one, when there is one. */
async function leaderOf({ nats }: TestHosts, stream: string, not?: TestNatsServer): Promise<TestNatsServer> {
  const report = { settings: nats.settings, name: 'looks', logger: pino({ level: 'silent' }) };
  await using link = await openNatsLink({ ...report, signal: AbortSignal.timeout(60_000) });
  for (;;) {
    // Nobody answers while there is none.
    const info = await link.manager.streams.info(stream).catch(() => undefined);
    const leader = nats.servers.find((server) => server.name === info?.cluster?.leader && server !== not);
    if (leader !== undefined) return leader;
    await pause(50);
  }
}

async function some(count: number): Promise<void> {
  const { total } = ledger.book;
  await ledger.until(() => ledger.book.total >= total + count);
}

/** They take minutes, and are more than `../faults.test.ts` asks: docs/STATUS.md says how they went. */
const skip = process.env['HEDDLE_TEST_SLOW'] === '1' ? false : 'takes some minutes: set HEDDLE_TEST_SLOW=1';

describe('homes under faults', { skip }, () => {
  before(async () => {
    ledger = await openLedger();
    cluster = await startHosts(ledger.port, clocksOffMs);
    using clients = cluster.hosts[0]?.clients();
    assert.ok(clients !== undefined);
    await makeQueues(clients, cluster.account);
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await ledger?.[Symbol.asyncDispose]();
  });

  test('no acknowledged event is lost where the home is killed', async (t) => {
    const verdict = await proveHosts(cluster, ledger, events, async (up) => {
      await some(events / 2);
      const home = await cluster.homeIs((host) => up.has(host));
      up.delete(home);
      const at = performance.now();
      await home.end('SIGKILL');
      await ledger.drained();
      died(ledger);
      await cluster.homeIs((host) => up.has(host));
      t.diagnostic(
        `another host is the home ${Math.round(performance.now() - at)} ms after the death of the one before`,
      );
      await some(events / 4);
      await home.restart();
      up.add(home);
    });
    holds(t, verdict);
  });

  test('an election of NATS moves no home, and each event runs once', async (t) => {
    const had = (): unknown => cluster.hosts.map(({ here }) => [...here].toSorted(([a], [b]) => a - b));
    // Until then shards move to hosts that are better for them.
    await cluster.homeIs(() => shards.every((shard) => bestFor(shard)?.here.has(shard) === true));
    let [before, moves]: [unknown, unknown[]] = [undefined, []];
    const since = ledger.history.length;
    const verdict = await proveHosts(cluster, ledger, events, async () => {
      await some(events / 2);
      before = had();
      const leader = await leaderOf(cluster, 'KV_heddle-leases');
      const at = performance.now();
      await leader.kill();
      await leaderOf(cluster, 'KV_heddle-leases', leader);
      t.diagnostic(
        `another server leads the leases ${Math.round(performance.now() - at)} ms after the death of the leader`,
      );
      await some(events / 4);
      moves = [had()];
      await leader.restart();
      await cluster.nats.ready();
    });
    moves.push(had());
    // First: where a home has moved, what it ran is begun once more.
    for (const moved of moves) assert.deepEqual(moved, before);
    holds(t, verdict);
    // What the death in the test before had run again is its own.
    const own = new Set(ledger.history.slice(since).flatMap((one) => (one.what === 'submitted' ? [one.id] : [])));
    const again = Object.values(verdict.kinds).flatMap((kind) => kind.again);
    assert.deepEqual(
      again.filter(({ id, why }) => own.has(id) && why !== 'retry'),
      [],
    );
  });

  test('a host that stood still for longer than its leases does nothing with them', async (t) => {
    const verdict = await proveHosts(cluster, ledger, events, async (up) => {
      await some(events / 2);
      const home = await cluster.homeIs((host) => up.has(host));
      up.delete(home);
      home.signal('SIGSTOP');
      // From here on it is as one that died, until it goes on.
      died(ledger);
      await Promise.all([cluster.homeIs((host) => up.has(host)), pause(stillMs)]);
      home.signal('SIGCONT');
      up.add(home);
      await some(events / 4);
    });
    holds(t, verdict);
  });

  test('who stops gives what it has to others, and no client sees an error', async (t) => {
    const before = ledger.history.filter(({ what }) => what === 'unanswered').length;
    const verdict = await proveHosts(
      cluster,
      ledger,
      events,
      async (up) => {
        await some(events / 2);
        const home = await cluster.homeIs((host) => up.has(host));
        const at = performance.now();
        home.signal('SIGHUP');
        await cluster.homeIs((host) => up.has(host) && host !== home);
        t.diagnostic(
          `another host is the home ${Math.round(performance.now() - at)} ms after the one before was told to drain`,
        );
        died(ledger);
        await some(events / 4);
        // As stock clients do.
      },
      3,
    );
    holds(t, verdict);
    assert.equal(ledger.history.filter(({ what }) => what === 'unanswered').length, before);
  });

  test('no acknowledged event is lost where everything is killed at once', async (t) => {
    const verdict = await proveHosts(cluster, ledger, events, async (up) => {
      await some(events / 2);
      up.clear();
      const all = [
        ...cluster.hosts.map((host) => host.end('SIGKILL')),
        ...cluster.nats.servers.map((one) => one.kill()),
      ];
      await Promise.all(all);
      await ledger.drained();
      died(ledger);
      const at = performance.now();
      await Promise.all(cluster.nats.servers.map((one) => one.restart()));
      await cluster.nats.ready();
      await Promise.all(cluster.hosts.map((host) => host.restart()));
      const home = await cluster.homeIs(() => true);
      t.diagnostic(
        `${home.id} is the home ${Math.round(performance.now() - at)} ms after the first program was started again`,
      );
      for (const host of cluster.hosts) up.add(host);
    });
    holds(t, verdict);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { SimulatedCluster } from './cluster/simulated-cluster.ts';
import { Workload } from './cluster/workload.ts';
import { seededRandom, seedOfThisRun } from './random.ts';

// What is promised of placement among many hosts, on hosts that exist on paper: all else is the service's own.

const processors = 64;

function filled(t: TestContext, hosts: number, load: number, functions = 20 * hosts): SimulatedCluster {
  const seed = seedOfThisRun();
  t.diagnostic(`HEDDLE_SEED=${seed}`);
  const random = seededRandom(seed);
  const workload = new Workload({ functions, processors: hosts * processors * load }, random);
  const cluster = new SimulatedCluster(hosts, workload, random);
  cluster.fill();
  return cluster;
}

/** The most loaded host against the mean, on average over so many seconds. */
function imbalanceOver(cluster: SimulatedCluster, seconds: number): number {
  let sum = 0;
  for (let half = 0; half < 2 * seconds; half += 1) {
    cluster.run(500);
    sum += cluster.imbalance();
  }
  return sum / (2 * seconds);
}

/** Hosts on which functions ran, against the fewest that could have run their calls, no host full. */
function spreadOf({ ranOn }: SimulatedCluster): number {
  let [hosts, least] = [0, 0];
  for (const [{ running, share }, on] of ranOn) {
    hosts += on.size;
    least += Math.max(1, Math.ceil((running * share) / processors));
  }
  return hosts / least;
}

/** Processor time of something, µs each. */
function cpuUs(times: number, act: () => void): number {
  const from = process.cpuUsage();
  for (let nth = 0; nth < times; nth += 1) act();
  const { system, user } = process.cpuUsage(from);
  return (user + system) / times;
}

test('a thousand hosts with a thousand containers each share the work evenly, functions keep together, and a decision is quick', (t) => {
  const cluster = filled(t, 1_000, 0.65);
  const containers = cluster.hosts.reduce((sum, host) => sum + host.containers, 0) / cluster.hosts.length;
  assert.ok(containers > 800, `${containers} containers a host`);
  const imbalance = imbalanceOver(cluster, 1);
  const spread = spreadOf(cluster);
  const { calls, failed, reused, refused, wrong } = cluster.counts;
  // On the machine where the goal was set, 64 KiB take 45 µs: goals that are times are read by what this one takes for the same.
  const block = Buffer.alloc(64 * 1_024);
  const slowness = Math.max(1, cpuUs(200, () => void createHash('sha256').update(block).digest()) / 45);
  const decisionUs = cpuUs(5_000, () => void cluster.decide(cluster.workload.next().fn, cluster.someHost()));
  t.diagnostic(
    `imbalance ${imbalance.toFixed(3)}, hosts per function ${spread.toFixed(2)} times the fewest, decision ${decisionUs.toFixed(1)} µs at slowness ${slowness.toFixed(2)}; ` +
      `of ${calls} calls ${reused} reused, ${refused} refused, ${wrong} without what was expected`,
  );
  assert.ok(imbalance <= 1.2, `imbalance ${imbalance}`);
  assert.ok(spread <= 2.6, `${spread} hosts a function for each that was needed`);
  assert.ok(decisionUs <= 50 * slowness, `${decisionUs} µs`);
  assert.ok(failed <= calls / 10_000, `${failed} calls found no place in two tries`);
});

test('when a tenth of the hosts is lost, their calls go to the others, and those of the others stay', (t) => {
  const cluster = filled(t, 200, 0.6);
  cluster.run(500);
  const lost = new Set(cluster.hosts.slice(0, 20));
  const unaffected = [...cluster.ranOn].filter(([, on]) => ![...on].some((host) => lost.has(host)));
  const before = new Map(unaffected.map(([fn, on]) => [fn, new Set(on)]));
  for (const host of lost) cluster.kill(host);
  // As long as nobody knows: what was sent there goes on to another at the second try.
  cluster.run(3_000);
  const { dead } = cluster.counts;
  assert.ok(dead > 0, 'nobody sent anything to a host that was lost');
  for (const on of cluster.ranOn.values()) on.clear();
  const imbalance = imbalanceOver(cluster, 5);
  assert.equal(cluster.counts.dead, dead, 'calls were sent to hosts that have been silent for seconds');
  assert.equal(cluster.counts.failed, 0);
  for (const on of cluster.ranOn.values()) for (const host of on) assert.ok(!lost.has(host));
  let [calls, moved] = [0, 0];
  for (const [fn, hosts] of before)
    for (const host of cluster.ranOn.get(fn) ?? []) {
      calls += 1;
      if (!hosts.has(host)) moved += 1;
    }
  t.diagnostic(`imbalance ${imbalance.toFixed(3)}; of ${calls} places of functions that lost nothing ${moved} are new`);
  assert.ok(imbalance <= 1.2, `imbalance ${imbalance}`);
  assert.ok(moved <= calls / 2, `${moved} of ${calls} places of functions that lost nothing are new`);
});

test('hosts that come and go disturb nobody else', (t) => {
  const cluster = filled(t, 100, 0.55);
  const flapping = cluster.hosts.slice(0, 10);
  for (let round = 0; round < 8; round += 1) {
    for (const host of flapping)
      if (round % 2 === 0) cluster.kill(host);
      else cluster.revive(host);
    cluster.run(700);
  }
  const stable = cluster.hosts.slice(10);
  const mean = stable.reduce((sum, { wanted }) => sum + wanted, 0) / stable.length;
  const most = Math.max(...stable.map(({ wanted }) => wanted));
  t.diagnostic(`imbalance of those that stayed ${(most / mean).toFixed(3)}`);
  assert.ok(most / mean <= 1.25, `imbalance ${most / mean}`);
  assert.equal(cluster.counts.failed, 0);
});

test('a burst of one function spreads as far as it has to, and no further than others have room', (t) => {
  const cluster = filled(t, 50, 0.5, 500);
  const [hot] = cluster.workload.functions;
  assert.ok(hot !== undefined);
  for (let wave = 0; wave < 10; wave += 1) {
    for (let nth = 0; nth < 100; nth += 1) cluster.call(hot);
    cluster.run(100);
  }
  const imbalance = cluster.imbalance();
  t.diagnostic(`imbalance ${imbalance.toFixed(3)}`);
  assert.ok(imbalance <= 1.35, `imbalance ${imbalance}`);
  assert.equal(cluster.counts.failed, 0);
});

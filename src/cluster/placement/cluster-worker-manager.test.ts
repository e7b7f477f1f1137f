import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapacityError, InstanceLostError, ThrottledError } from '../../model/errors.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import { testFunction, testInvocation, testOutcome, type TestManager } from './testing/local-manager.ts';
import { PlacedHosts } from './testing/placed-hosts.ts';

const { signal } = new AbortController();
const fn = testFunction('hello');

/** Has a manager hold what runs there until it is let go. */
function holding(local: TestManager): { readonly held: Invocation[]; readonly letGo: () => void } {
  const held: Invocation[] = [];
  const open: PromiseWithResolvers<InvocationOutcome>[] = [];
  local.run = (invocation) => {
    held.push(invocation);
    const waits = Promise.withResolvers<InvocationOutcome>();
    open.push(waits);
    local.load.wanted += 1;
    return waits.promise.finally(() => void (local.load.wanted -= 1));
  };
  const letGo = (): void => {
    for (const { resolve } of open.splice(0)) resolve(testOutcome);
  };
  return { held, letGo };
}

test('a call runs here where a container is idle here, without anybody being asked', async () => {
  const cluster = new PlacedHosts(3);
  cluster.at(0).local.idle.set('hello', 1);
  cluster.at(1).local.idle.set('hello', 1);
  cluster.beat();
  await cluster.at(0).manager.invoke(testInvocation(fn), signal);
  assert.deepEqual(
    cluster.hosts.map(({ local }) => local.ran.length),
    [1, 0, 0],
  );
  assert.deepEqual([...cluster.at(0).placer.counts], [['reuse-here', 1]]);
});

test('a call runs where a container is idle, and what the service does for itself runs here', async () => {
  const cluster = new PlacedHosts(3);
  cluster.at(2).local.idle.set('hello', 1);
  cluster.beat();
  await cluster.at(0).manager.invoke(testInvocation(fn), signal);
  assert.deepEqual(
    cluster.hosts.map(({ local }) => local.ran.length),
    [0, 0, 1],
  );
  await cluster.at(0).manager.invoke(testInvocation(fn, { ofService: true }), signal);
  assert.equal(cluster.at(0).local.ran.length, 1);
});

test('a wrong guess is nobody’s trouble: the next best has the call, and at last this host', async () => {
  const cluster = new PlacedHosts(4);
  for (const nth of [1, 2, 3]) cluster.at(nth).local.idle.set('hello', 1);
  cluster.beat();
  for (const nth of [1, 2]) cluster.at(nth).dead = true;
  cluster.at(3).draining = true;
  const outcome = await cluster.at(0).manager.invoke(testInvocation(fn), signal);
  assert.equal(outcome, testOutcome);
  assert.deepEqual(
    cluster.hosts.map(({ local }) => local.ran.length),
    [1, 0, 0, 0],
  );
  assert.equal(cluster.at(0).placer.counts.get('fell-back'), 2);
  // Nobody sends anything to who is gone until it is heard again.
  cluster.at(0).placer.counts.clear();
  cluster.at(3).draining = false;
  for (let beats = 0; beats < 5; beats += 1) cluster.beat();
  await cluster.at(0).manager.invoke(testInvocation(fn), signal);
  assert.equal(cluster.at(3).local.ran.length, 1);
  assert.equal(cluster.at(0).placer.counts.get('fell-back'), undefined);
});

test('what has begun, and what no host may have more of, is not tried again', async () => {
  for (const error of [
    new InstanceLostError('It died.'),
    new ThrottledError('ReservedFunctionConcurrentInvocationLimitExceeded'),
  ]) {
    const cluster = new PlacedHosts(3);
    cluster.at(1).local.idle.set('hello', 1);
    cluster.at(1).local.run = () => Promise.reject(error);
    cluster.beat();
    await assert.rejects(cluster.at(0).manager.invoke(testInvocation(fn), signal), error);
    assert.equal(cluster.at(0).local.ran.length + cluster.at(2).local.ran.length, 0);
  }
});

test('a thread that was given a lane is not begun anew by anybody but its starter', async () => {
  const cluster = new PlacedHosts(2);
  const lost = new CapacityError('No room after all.', 1);
  cluster.at(1).local.idle.set('hello', 1);
  cluster.at(1).local.run = async ({ watcher }) => {
    watcher?.placed({
      send: () => true,
      drained: async () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      synced: async () => undefined,
      renew: () => undefined,
    });
    throw lost;
  };
  cluster.beat();
  const lanes: unknown[] = [];
  const watcher = {
    placed: (lane: unknown) => void lanes.push(lane),
    started: () => undefined,
    received: () => undefined,
    printed: () => undefined,
  };
  await assert.rejects(cluster.at(0).manager.invoke(testInvocation(fn, { watcher }), signal), lost);
  assert.equal(lanes.length, 1);
  assert.equal(cluster.at(0).local.ran.length, 0);
});

test('a host that has more to do than others refuses, and so one that was told of nothing yet is not buried', async () => {
  const cluster = new PlacedHosts(3);
  cluster.at(1).local.idle.set('hello', 9);
  cluster.beat();
  cluster.at(1).local.load.wanted = 19;
  await cluster.at(0).manager.invoke(testInvocation(fn), signal);
  assert.equal(cluster.at(1).local.ran.length, 0);
  assert.equal(cluster.at(0).placer.counts.get('fell-back'), 1);
});

test('a crowd of threads fills the processors here and then those of all the others', async () => {
  const cluster = new PlacedHosts(3);
  const hosts = cluster.hosts.map(({ local }) => holding(local));
  assert.equal(cluster.at(0).placer.processors, 12);
  const watcher = {
    placed: () => undefined,
    started: () => undefined,
    received: () => undefined,
    printed: () => undefined,
  };
  const crowd = Array.from({ length: 60 }, () => cluster.at(0).manager.invoke(testInvocation(fn, { watcher }), signal));
  // Each is taken in by another turn of the loop at most.
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  const counts = hosts.map(({ held }) => held.length);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    60,
  );
  for (const count of counts) assert.ok(count >= 15 && count <= 26, counts.join(' '));
  for (const { letGo } of hosts) letGo();
  await Promise.all(crowd);
});

test('what is to be kept ready is divided among hosts, and taken over from one that goes', () => {
  const cluster = new PlacedHosts(3);
  const key = { account: fn.account, functionName: fn.name, qualifier: '1' };
  const kept = (): number[] => cluster.hosts.map(({ local }) => local.provisionedHere.get(fn.name)?.[0]?.count ?? 0);
  for (const { manager } of cluster.hosts) manager.provision(key, [{ function: fn, count: 7 }]);
  assert.equal(
    kept().reduce((sum, count) => sum + count),
    7,
  );
  assert.ok(Math.max(...kept()) - Math.min(...kept()) <= 1, kept().join(' '));
  cluster.beat();
  const state = cluster.at(0).manager.provisioned(key);
  assert.deepEqual(state, { requested: 7, available: 7, status: 'READY' });
  for (const { view } of cluster.hosts) view.host('h-2').present = false;
  cluster.beat();
  assert.equal((kept()[0] ?? 0) + (kept()[1] ?? 0), 7);
  for (const { manager } of cluster.hosts) manager.provision(key, []);
  assert.equal(cluster.at(1).manager.provisioned(key), undefined);
});

test('portions end on the hosts where they ran', async () => {
  const cluster = new PlacedHosts(3);
  const portion = { trust: 'untrusted', program: 'p1', group: 'g' } as const;
  const part = testFunction('part', { portion });
  cluster.at(1).local.idle.set('part', 1);
  cluster.beat();
  await cluster.at(0).manager.invoke(testInvocation(part), signal);
  cluster.at(0).manager.portionsEnded(part.account, 'p1');
  await new Promise(setImmediate);
  assert.deepEqual(
    cluster.hosts.map(({ local }) => local.ended.length),
    [1, 1, 0],
  );
});

test('containers are not prepared for calls that find idle ones elsewhere', () => {
  const cluster = new PlacedHosts(2);
  cluster.at(1).local.idle.set('hello', 3);
  cluster.beat();
  const expectation = { function: fn, withinMs: 1_000, reason: 'hint' as const };
  assert.deepEqual(cluster.at(0).manager.prepare({ ...expectation, count: 2 }), { taken: 2, ready: 2, refused: [] });
  assert.deepEqual(cluster.at(0).manager.prepare({ ...expectation, count: 5 }), { taken: 5, ready: 3, refused: [] });
  assert.equal(cluster.at(0).manager.readiness(fn).ready, true);
});

test('a function of which only so many calls may run at once runs on one host, whichever gets the calls, and on the next where that is gone', async () => {
  const cluster = new PlacedHosts(3);
  const bounded = testFunction('bounded', { capacity: { kind: 'variable', ceiling: 1 } });
  for (const { local } of cluster.hosts) local.idle.set('bounded', 1);
  cluster.beat();
  const ran = (): number[] => cluster.hosts.map(({ local }) => local.ran.length);
  const call = async (nth: number): Promise<unknown> =>
    await cluster.at(nth).manager.invoke(testInvocation(bounded), signal);
  for (const nth of [0, 1, 2]) await call(nth);
  const first = ran().indexOf(3);
  assert.notEqual(first, -1, `They ran as ${ran().join(', ')}.`);
  // However much it has to do; and what it refuses nobody else runs.
  const { local } = cluster.at(first);
  local.load.wanted = 100;
  cluster.beat();
  const other = (first + 1) % 3;
  await call(other);
  assert.equal(local.ran.length, 4);
  local.run = async () => await Promise.reject(new CapacityError('The queue is full.', 1));
  await assert.rejects(call(other), CapacityError);
  assert.deepEqual(ran().toSorted(), [0, 0, 5]);
  cluster.at(first).dead = true;
  await call(other);
  assert.deepEqual(ran().toSorted(), [0, 1, 5]);
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { TestManager, testFunction, testInvocation } from '../../cluster/placement/testing/local-manager.ts';
import { startNatsServers, type TestNats } from '../../cluster/testing/nats.ts';
import { zipOf } from '../../frontend/testing/zip-of.ts';
import { systemClock } from '../../model/clock.ts';
import { CannotMoveError, NoSuchInstanceError } from '../../model/errors.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import { openCluster } from './open-cluster.ts';
import type { OpenedCluster } from './open-joined.ts';
import { openRunner, serveOtherHosts } from './open-running.ts';
import { openPlacement, type OpenedPlacement } from './open-placement.ts';

// Three hosts on a real NATS server and with real connections between them; only what runs invocations is a double.

const logger = pino({ level: 'silent' });
const patience = AbortSignal.timeout(600_000);
const never = new AbortController().signal;
let nats: TestNats;

interface Host {
  readonly local: TestManager;
  readonly cluster: OpenedCluster;
  readonly placement: OpenedPlacement;
  readonly codeSha256: string;
}

before(async () => {
  nats = await startNatsServers(1);
});

after(async () => {
  await nats[Symbol.asyncDispose]();
});

async function openHost(undo: AsyncDisposableStack): Promise<Host> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-placed-'));
  undo.defer(() => rm(home, { recursive: true, force: true }));
  const settings = { ...nats.settings, hostName: home.slice(-6) };
  const fail = (error: Error): void => assert.fail(error);
  const surroundings = { settings, home, release: 'test', logger, onDisplaced: fail, signal: patience };
  const cluster = await openCluster(surroundings, undo);
  const { membership, peers } = cluster;
  const local = new TestManager();
  const codeStore = await openCodeStore({ folder: join(home, 'code'), clock: systemClock });
  const code = undo.use(await codeStore.put(await zipOf({ 'index.mjs': 'export const handler = 1;' })));
  const placement = openPlacement(
    {
      local,
      capabilities: { ownKernel: false, emulated: false, clones: false, containersMax: 64, containersEverMax: 128 },
      functionMbMax: 10_240,
      why: () => undefined,
      membership,
      peers,
      elsewhere: openRunner(peers),
      logger,
    },
    undo,
  );
  serveOtherHosts({ peers, localCode: codeStore, clusterCode: codeStore, runHere: placement.runHere });
  await cluster.announce('http://127.0.0.1:1', createServer());
  return { local, cluster, placement, codeSha256: code.sha256 };
}

/** Until something is so: looked at whenever a host can have heard something new. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (;;) {
    if (holds()) return;
    patience.throwIfAborted();
    await new Promise((resolve) => void setTimeout(resolve, 20));
    if (patience.aborted) throw new Error(`It never was so that ${what}.`);
  }
}

async function three(undo: AsyncDisposableStack): Promise<readonly [Host, Host, Host]> {
  const hosts: [Host, Host, Host] = [await openHost(undo), await openHost(undo), await openHost(undo)];
  const processors = hosts.length * (hosts[0].placement.processors() || 1);
  assert.ok(processors > 0);
  await until('all know each other', () => hosts.every(({ cluster }) => cluster.membership.alive().length === 3));
  return hosts;
}

test('hosts hear of idle containers within moments, and send calls there, and portions, and what is kept ready is divided', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other, third] = await three(undo);
  const fn = testFunction('hello', { codeSha256: one.codeSha256 });
  other.local.idle.set('hello', 5);
  await until('the idle containers were heard of', () => one.placement.manager.readiness(fn).ready);
  const outcome = await one.placement.manager.invoke(testInvocation(fn, { receivedAt: systemClock.now() }), never);
  assert.equal(outcome.host, other.cluster.membership.self.id);
  assert.deepEqual(
    [one, other, third].map(({ local }) => local.ran.length),
    [0, 1, 0],
  );
  assert.equal(other.local.ran[0]?.function.name, 'hello');

  const key = { account: fn.account, functionName: fn.name, qualifier: '1' };
  for (const { placement } of [one, other, third]) placement.manager.provision(key, [{ function: fn, count: 6 }]);
  const kept = (): number[] =>
    [one, other, third].map(({ local }) => local.provisionedHere.get('hello')?.[0]?.count ?? 0);
  await until('each keeps its share', () => kept().every((count) => count === 2));
  await until('all is ready', () => third.placement.manager.provisioned(key)?.status === 'READY');

  const part = testFunction('part', {
    codeSha256: one.codeSha256,
    portion: { trust: 'untrusted', program: 'p', group: 'g' },
  });
  other.local.idle.set('part', 1);
  await until('the portion was heard of', () => one.placement.manager.readiness(part).ready);
  await one.placement.manager.invoke(testInvocation(part, { receivedAt: systemClock.now() }), never);
  one.placement.manager.portionsEnded(part.account, 'p');
  await until('the portion has ended there', () => other.local.ended.length === 1);
  assert.equal(third.local.ended.length, 0);
});

test('a host that is emptied gets nothing, and one that goes is nobody’s any more', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other, third] = await three(undo);
  const fn = testFunction('hello', { codeSha256: one.codeSha256 });
  other.local.idle.set('hello', 5);
  third.local.idle.set('hello', 5);
  const { manager } = one.placement;
  await until(
    'both were heard of',
    () => manager.prepare({ function: fn, count: 10, withinMs: 1_000, reason: 'hint' }).ready === 10,
  );
  await other.cluster.membership.setDraining(true);
  await until(
    'it is known that one is emptied',
    () => one.cluster.membership.find(other.cluster.membership.self.id)?.draining === true,
  );
  const call = (): Promise<unknown> => manager.invoke(testInvocation(fn, { receivedAt: systemClock.now() }), never);
  for (let nth = 0; nth < 5; nth += 1) await call();
  assert.deepEqual(
    [one, other, third].map(({ local }) => local.ran.length),
    [0, 0, 5],
  );
  await third.cluster.peers[Symbol.asyncDispose]();
  await call();
  assert.equal(one.local.ran.length, 1);
  assert.equal(one.placement.counts.placed.get('fell-back'), 1);
});

test('an instance is paused, resumed and forked on whichever host it is', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other] = await three(undo);
  other.local.instances.add('i-there');
  const { moves } = one.placement.manager;
  assert.ok(moves !== undefined);
  assert.equal((await moves.pause('1', 'i-there')).instanceId, 'i-there');
  assert.equal((await moves.resume('1', 'i-there')).instanceId, 'i-there');
  assert.deepEqual(await moves.fork('1', 'i-there', { count: 1 }), [
    { instanceId: 'i-there', containerId: 'c-2', forkIndex: 0 },
  ]);
  await assert.rejects(moves.pause('1', 'i-nowhere'), NoSuchInstanceError);
  await assert.rejects(moves.fork('1', 'i-there', { threads: [] }), CannotMoveError);
});

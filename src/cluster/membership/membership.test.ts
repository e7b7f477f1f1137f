import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HostRemovedError } from '../../model/errors.ts';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { HostId } from '../contract.ts';
import type { NatsLink } from '../nats/connection.ts';
import { silentLogger, testLink } from '../testing/links.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { StepClock } from '../testing/step-clock.ts';
import { encodeBeat } from './beat.ts';
import { ClusterMembership } from './cluster-membership.ts';
import { hostIdOf } from './host-id.ts';
import { encodeRecord } from './stored-record.ts';
import { beatMs } from './times.ts';

const minutes = { timeout: 280_000 };

let nats: TestNats;
before(async () => {
  nats = await startNatsServers(1);
}, minutes);
after(() => nats[Symbol.asyncDispose]());

let ids = 0;
function nextId(): HostId {
  return `h-${(++ids).toString(16).padStart(16, '0')}`;
}

/** A host of a test, with a connection of its own. */
interface TestHost extends AsyncDisposable {
  readonly link: NatsLink;
  readonly membership: ClusterMembership;
  readonly displaced: Promise<Error>;
}

async function open(id: HostId, logger = silentLogger, clock: Clock = systemClock): Promise<TestHost> {
  await using undo = new AsyncDisposableStack();
  const link = undo.use(await testLink(nats.settings));
  const { promise: displaced, resolve: onDisplaced } = Promise.withResolvers<Error>();
  const membership = undo.use(
    await ClusterMembership.open({
      link,
      replicas: 1,
      clock,
      logger,
      id,
      name: `name-of-${id}`,
      release: '1.2.3',
      onDisplaced,
      signal: AbortSignal.timeout(250_000),
    }),
  );
  const stack = undo.move();
  return { link, membership, displaced, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function start(id: HostId): Promise<TestHost> {
  const host = await open(id);
  await host.membership.announce({
    peer: { host: '127.0.0.1', port: 1 },
    certificate: 'ab'.repeat(32),
    url: `http://127.0.0.1:1/${id}`,
  });
  return host;
}

/** Resolves when it holds; asked whenever something has changed. */
async function until({ membership }: TestHost, holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => void (holds() && resolve());
  using _ = membership.onChange(look);
  look();
  await promise;
}

/** What the bucket of hosts has of one, as its leader knows it: nothing where it was removed. */
async function entryOf({ link }: TestHost, id: HostId): Promise<string> {
  const which = { last_by_subj: `$KV.heddle-hosts.${id}` };
  return (await link.manager.streams.getMessage('KV_heddle-hosts', which))?.string() ?? '';
}

function aliveAt({ membership }: TestHost): string[] {
  return membership.alive().map(({ id }) => id);
}

test('hosts hear each other, what beats carry, who drains, and who goes', minutes, async () => {
  const [a, b] = [nextId(), nextId()];
  await using one = await start(a);
  const two = await start(b);
  await until(one, () => aliveAt(one).includes(b));
  await until(two, () => aliveAt(two).includes(a));
  assert.equal(one.membership.find(b)?.name, `name-of-${b}`);
  assert.deepEqual(one.membership.find(b), two.membership.self);
  const { promise: told, resolve } = Promise.withResolvers<[HostId, string]>();
  one.membership.onPart('note', (from, data) => resolve([from, Buffer.from(data).toString()]));
  two.membership.carry('note', () => Buffer.from('idle'));
  two.membership.carry('nothing', () => undefined);
  assert.deepEqual(await told, [b, 'idle']);
  await two.membership.setDraining(true);
  await until(one, () => one.membership.find(b)?.draining === true);
  await two.membership.setDraining(false);
  await until(one, () => one.membership.find(b)?.draining === undefined);
  await two[Symbol.asyncDispose]();
  await until(one, () => !aliveAt(one).includes(b));
  assert.equal(one.membership.find(b)?.id, b, 'it may come back');
  assert.ok(aliveAt(one).includes(a));
});

test(
  'a host that opens its connection only is not there, and one that falls silent is no longer',
  minutes,
  async () => {
    const [a, b] = [nextId(), nextId()];
    await using one = await start(a);
    await using two = await open(b);
    await until(two, () => aliveAt(two).includes(a));
    assert.ok(!aliveAt(one).includes(b));
    const places = { peer: { host: '127.0.0.1', port: 1 }, certificate: '00', url: 'http://b' };
    await two.membership.announce(places);
    await until(one, () => aliveAt(one).includes(b));
    await two.link.connection.close();
    await until(one, () => !aliveAt(one).includes(b));
  },
);

test('what its watch lost of another’s record a host reads, as that says which it is', minutes, async () => {
  await using one = await start(nextId());
  await using two = await start(nextId());
  const isDraining = (): boolean => one.membership.find(two.membership.self.id)?.draining === true;
  await until(one, () => aliveAt(one).includes(two.membership.self.id));
  const { consumers } = one.link.manager;
  const watches = async (): Promise<string[]> =>
    (await consumers.list('KV_heddle-hosts').next()).map(({ name }) => name);
  // As with the death of the server that had them: the client library would notice after a minute.
  for (const name of await watches()) await consumers.delete('KV_heddle-hosts', name);
  await two.membership.setDraining(true);
  await until(one, isDraining);
  assert.deepEqual(await watches(), [], 'its watch was made anew before');
});

test('a host that goes is known until it is forgotten', minutes, async () => {
  const [a, b] = [nextId(), nextId()];
  await using one = await start(a);
  {
    await using _two = await start(b);
    await until(one, () => aliveAt(one).includes(b));
  }
  await until(one, () => !aliveAt(one).includes(b));
  assert.ok(one.membership.find(b) !== undefined);
  await one.membership.forget(b);
  await until(one, () => one.membership.find(b) === undefined);
  await assert.rejects(open(b), { name: 'HostRemovedError', message: /was removed from its cluster at .*new home/ });
});

test(
  'a host that was removed while nobody heard it stops when it hears of that; one that leaves is told so',
  minutes,
  async () => {
    const [a, b] = [nextId(), nextId()];
    await using one = await start(a);
    await using two = await start(b);
    await until(one, () => aliveAt(one).includes(b));
    await one.membership.forget(b);
    assert.match((await two.displaced).message, /was removed/);
    await until(one, () => !aliveAt(one).includes(b));
    await one.membership.leave();
    const left = await one.displaced;
    assert.ok(left instanceof HostRemovedError && left.left, String(left));
    await one.membership.setDraining(true);
    assert.equal(await entryOf(one, a), '');
    await assert.rejects(open(a), { name: 'HostRemovedError', left: true });
  },
);

test('beats and looks leave nothing behind that waits for the end', minutes, async (t) => {
  const clock = new StepClock();
  await using host = await open(nextId(), silentLogger, clock);
  await host.membership.announce({ peer: { host: '127.0.0.1', port: 1 }, certificate: '00', url: 'http://a' });
  const listening = t.mock.method(EventTarget.prototype, 'addEventListener');
  await clock.pass(20 * beatMs);
  const left = listening.mock.calls.filter((call) => call.this instanceof AbortSignal);
  assert.equal(left.length, 0);
});

test('a second host with the id of one that runs is refused', minutes, async () => {
  const id = nextId();
  await using _ = await start(id);
  await assert.rejects(open(id), /its home was copied/);
});

test(
  'a host whose id another has taken meanwhile is told to stop, and one that starts anew is not',
  minutes,
  async () => {
    const id = nextId();
    const first = await start(id);
    const record = { ...first.membership.self, name: 'other' };
    await first[Symbol.asyncDispose]();
    await using second = await start(id);
    // As one does that stood still while the second one asked for it.
    const other = encodeRecord({ record, process: 'other' });
    await second.link.jetstream.publish(`$KV.heddle-hosts.${id}`, other);
    assert.match((await second.displaced).message, /other.*has the id/);
    // On its way out it says that it drains: not to the others, for whom it is the other one.
    await second.membership.setDraining(true);
    assert.match(await entryOf(second, id), /"name":"other"/);
  },
);

test('a host that speaks another protocol is not spoken to, and said so once', minutes, async () => {
  const logged: unknown[] = [];
  const logger = { ...silentLogger, warn: () => undefined, error: (what: unknown) => void logged.push(what) };
  const [a, b] = [nextId(), nextId()];
  await using one = await open(a, logger);
  await using far = await testLink(nats.settings);
  const record = { ...one.membership.self, id: b, protocol: { min: 90, max: 91 } };
  const another = nextId();
  await far.jetstream.publish(`$KV.heddle-hosts.${another}`, encodeRecord({ record, process: 'far' }));
  await far.jetstream.publish(`$KV.heddle-hosts.${b}`, encodeRecord({ record, process: 'far' }));
  await until(one, () => one.membership.find(b) !== undefined);
  assert.equal(one.membership.find(another), undefined);
  const beat = encodeBeat({ process: 'far', protocol: record.protocol, gone: false, record: 0, parts: {} });
  for (let count = 0; count < 3; count++) far.publish(`heddle.beat.${b}`, beat);
  far.publish(`heddle.beat.${nextId()}`, Buffer.from('no beat'));
  await far.connection.flush();
  await one.link.connection.flush();
  assert.equal(logged.length, 1);
  assert.ok(!aliveAt(one).includes(b));
});

test('the id of a host is made once, and is its home’s', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-host-id-'));
  try {
    const id = await hostIdOf(home);
    assert.match(id, /^h-[0-9a-f]{16}$/);
    assert.equal(await hostIdOf(home), id);
    assert.equal((await readFile(join(home, 'host-id'), 'utf8')).trim(), id);
    await writeFile(join(home, 'host-id'), 'nonsense');
    await assert.rejects(hostIdOf(home), /should have the id of this host/);
  } finally {
    await rm(home, { recursive: true });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { SharedObjects } from '../../sharing/shared-objects.ts';
import { TestLease } from '../testing/memory-log.ts';
import { MemoryHomes } from './testing/memory-homes.ts';
import { Tenures } from './tenures.ts';
import { firstToken } from './tokens.ts';

const account = '123456789012';
const never = new AbortController().signal;
const lock = { kind: 'mutex', op: 'lock', name: 'a' } as const;

async function take(objects: SharedObjects, holder: string): Promise<bigint> {
  const reply = await objects.call(account, holder, lock, never);
  assert.equal(reply.type, 'granted');
  return reply.type === 'granted' ? reply.token : 0n;
}

function host(limits: ConstructorParameters<typeof SharedObjects>[1] = {}): {
  readonly homes: MemoryHomes;
  readonly objects: SharedObjects;
  readonly tenures: Tenures;
} {
  const homes = new MemoryHomes();
  const tenures = new Tenures(homes);
  return { homes, tenures, objects: new SharedObjects(systemClock, limits, tenures.of) };
}

test('tokens of a later home are larger, whatever its clock says, and larger than those of one machine', async () => {
  const one = host();
  const two = host();
  one.homes.move({ at: 'here', lease: new TestLease('shard', 7n) });
  two.homes.move({ at: 'here', lease: new TestLease('shard', 8n) });
  let last = await new SharedObjects(systemClock).call(account, 'h', lock, never).then((reply) => {
    assert.equal(reply.type, 'granted');
    return reply.type === 'granted' ? reply.token : 0n;
  });
  for (let nth = 0; nth < 1_000; nth += 1) {
    const token = await take(one.objects, 'h');
    assert.ok(token > last);
    last = token;
    await one.objects.call(account, 'h', { kind: 'mutex', op: 'unlock', name: 'a', token }, never);
  }
  assert.ok((await take(two.objects, 'h')) > last);
  assert.ok(firstToken((1n << 40n) - 1n) + (1n << 22n) <= 1n << 63n);
  assert.throws(() => firstToken(1n << 40n), RangeError);
});

const lost = { name: 'SharingError', code: 'released' };

test('a home whose lease is suspended grants nothing until it has it again, and then all in order', async () => {
  const { homes, objects, tenures } = host();
  const lease = new TestLease('shard', 1n);
  const over: bigint[] = [];
  tenures.onOver(() => over.push(lease.epoch));
  homes.move({ at: 'here', lease });
  const token = await take(objects, 'first');
  const told: string[] = [];
  const second = take(objects, 'second').then((got) => (told.push('second'), got));
  lease.suspend();
  // As homes say it; a host that stood still was told by nobody.
  homes.move({ at: 'nowhere', suspended: lease });
  const unlocked = objects.call(account, 'first', { kind: 'mutex', op: 'unlock', name: 'a', token }, never);
  const third = take(objects, 'third').then((got) => (told.push('third'), got));
  await new Promise(setImmediate);
  assert.deepEqual(told, []);
  lease.resume();
  homes.move({ at: 'here', lease });
  await unlocked;
  const next = await second;
  assert.ok(next > token, 'tokens go on');
  assert.deepEqual(told, ['second'], 'it was granted to two');
  await objects.call(account, 'second', { kind: 'mutex', op: 'unlock', name: 'a', token: next }, never);
  assert.ok((await third) > next);
  assert.deepEqual(over, []);
});

test('what is asked while a lease is suspended is refused after a while, and was not done', async () => {
  const { homes, objects } = host({ sharedDoubtMsMax: 20 });
  const lease = new TestLease('shard', 1n);
  homes.move({ at: 'here', lease });
  const token = await take(objects, 'first');
  lease.suspend();
  homes.move({ at: 'nowhere', suspended: lease });
  const unlock = { kind: 'mutex', op: 'unlock', name: 'a', token } as const;
  await assert.rejects(objects.call(account, 'first', unlock, never), { name: 'SharingError', code: 'unavailable' });
  await assert.rejects(objects.call(account, 'second', lock, never), { code: 'unavailable' });
  lease.resume();
  homes.move({ at: 'here', lease });
  // It is held still, and nobody else is in line.
  assert.deepEqual(await objects.call(account, 'first', unlock, never), { type: 'done' });
  assert.ok((await take(objects, 'third')) > token);
});

test('a home whose lease is lost after it was suspended grants nothing, though nobody has told it before', async () => {
  const { homes, objects } = host();
  const lease = new TestLease('shard', 1n);
  homes.move({ at: 'here', lease });
  const token = await take(objects, 'first');
  const waits = objects.call(account, 'second', lock, never);
  lease.suspend();
  // In line behind one that will never be told: it is ended with its session.
  const third = objects.call(account, 'third', lock, never);
  third.catch(() => undefined);
  const asked = [waits, objects.call(account, 'first', { kind: 'mutex', op: 'unlock', name: 'a', token }, never)];
  for (const one of asked) one.catch(() => undefined);
  objects.release(account, 'first');
  await lease.release();
  for (const one of asked) await assert.rejects(one, lost, 'it was told what it must not be told');
  objects.release(account, 'third');
  await assert.rejects(third, lost);
  await assert.rejects(objects.call(account, 'fourth', lock, never), lost);
});

test('what was shared is forgotten with its home, also where that is the same host again', async () => {
  const { homes, objects, tenures } = host();
  const over: bigint[] = [];
  tenures.onOver(() => over.push(tenures.of(account).firstNumber));
  homes.move({ at: 'here', lease: new TestLease('shard', 1n) });
  const before = tenures.of(account);
  await take(objects, 'first');
  homes.move({ at: 'host', host: 'h-0', epoch: 2n });
  assert.equal(over.length, 1);
  assert.equal(before.over, true);
  homes.move({ at: 'here', lease: new TestLease('shard', 3n) });
  assert.equal(await take(objects, 'second'), firstToken(3n) + 1n);
  assert.equal(objects.census(account).holders, 1);
  assert.equal(before.over, true);
});

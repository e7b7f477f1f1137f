import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitsWorld, type LimitsHost } from '../../../test/simulation/limits-world.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { Quota } from '../../worker-manager/concurrency/quota.ts';
import type { SharedLimits } from './contract.ts';
import { settledMs } from './home/rights.ts';

function world(count: number, limits: Partial<SharedLimits>): LimitsWorld {
  return new LimitsWorld(new VirtualClock(), count, limits);
}

/** So many calls at a host, one after the other; gives how many came in. */
async function calls(w: LimitsWorld, at: number, count: number): Promise<number> {
  let came = 0;
  const host = w.hosts[at] ?? assert.fail();
  for (let i = 0; i < count; i += 1) if (await w.clock.until(host.call())) came += 1;
  return came;
}

test('one host may have all that an account may have, and not more', async () => {
  const w = world(3, { calls: 100 });
  assert.equal(await calls(w, 1, 120), 100);
  assert.equal(w.running, 100);
});

test('a warm call takes a token that is there without a message', async () => {
  const w = world(3, { calls: 100 });
  await calls(w, 1, 40);
  for (let i = 0; i < 10; i += 1) w.hosts[1]?.end();
  const before = w.messages;
  assert.equal(await w.hosts[1]?.call(), true);
  assert.equal(w.messages, before);
});

for (const max of [1, 2, 5])
  test(`a limit of ${max} for three hosts goes round, and is never exceeded`, async () => {
    const w = world(3, { calls: max });
    for (let round = 0; round < 30; round += 1) {
      const host = w.hosts[round % 3] ?? assert.fail();
      for (let i = 0; i < max; i += 1) assert.equal(await w.clock.until(host.call()), true, `call ${i} of ${round}`);
      assert.equal(await w.clock.until(host.call()), false);
      assert(w.believed <= max);
      for (let i = 0; i < max; i += 1) host.end();
      await w.clock.advance(60);
    }
  });

test('to fetch a token takes one round trip', async () => {
  const w = world(3, { calls: 100 });
  await calls(w, 1, 1);
  const before = w.clock.now();
  await calls(w, 2, 1);
  assert.equal(w.clock.now() - before, 1);
});

test('what a dead host held comes back when its lease has run out', async () => {
  const w = world(3, { calls: 10 });
  assert.equal(await calls(w, 1, 10), 10);
  w.hosts[1]?.die();
  assert.equal(await calls(w, 2, 1), 0);
  await w.clock.advance(30_000);
  assert.equal(await calls(w, 2, 11), 10);
});

test('hosts say to a new home what they hold, and nobody has more for that', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 0, 10), 10);
  assert.equal(await calls(w, 1, 10), 10);
  assert.equal(await calls(w, 2, 5), 5);
  w.home = { index: 1, epoch: 2n, valid: true };
  assert.equal(await calls(w, 2, 10), 5);
  assert.equal(w.running, 30);
});

test('what a home that died held is given to nobody until it must have run out', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 0, 20), 20);
  assert.equal(await calls(w, 1, 3), 3);
  w.hosts[0]?.die();
  w.home = { index: 1, epoch: 2n, valid: true };
  // Nobody knows what the first held.
  assert.equal(await calls(w, 2, 3), 0);
  await w.clock.advance(settledMs + 5_000);
  assert.equal(await calls(w, 2, 40), 27);
  assert.equal(w.running, 30);
});

test('what a home that died held itself is given to others as soon as another is the home', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 0, 20), 20);
  assert.equal(await calls(w, 1, 3), 3);
  await w.clock.advance(40_000);
  w.hosts[0]?.die();
  // After so long its lease can be another's.
  await w.clock.advance(6_500);
  w.home = { index: 1, epoch: 2n, valid: true };
  await w.clock.advance(1_000);
  assert.equal(await calls(w, 2, 40), 27);
  assert.equal(w.running, 30);
});

test('a home that goes on without NATS, as others vouch for it, keeps what it holds for as long as they may have', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 1, 1), 1);
  await w.clock.advance(40_000);
  w.withoutNats.add(w.hosts[0]?.id ?? '');
  w.cut(0, 2);
  await w.clock.advance(10_000);
  assert.equal(await calls(w, 0, 20), 20);
  w.home = { index: 2, epoch: 2n, valid: true };
  w.cut(0, 1);
  assert.equal(await calls(w, 2, 30), 0);
  for (let n = 0; n < 20; n += 1) w.hosts[0]?.end();
  let most = 0;
  w.clock.afterStep = () => void (most = Math.max(most, w.believed));
  for (let second = 0; second < 7; second += 1) {
    await w.clock.advance(1_000);
    await calls(w, 2, 30);
    const first = w.hosts[0] ?? assert.fail();
    // What it runs on with for longer than that is counted by nobody.
    if (await w.clock.until(first.call())) first.end();
  }
  assert.ok(most <= 30, `${most} of 30`);
  assert.equal(w.hosts[2]?.running, 29, 'after seven seconds all else is its own');
});

test('a new home need not hear of a host that stopped in order', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 0, 20), 20);
  w.hosts[0]?.die();
  w.ended.add(w.hosts[0]?.id ?? '');
  w.home = { index: 1, epoch: 2n, valid: true };
  assert.equal(await calls(w, 2, 31), 30);
});

test('hosts that use little of a limit go on with more calls while a new home does not know what the dead one held', async () => {
  const w = world(3, { calls: 120 });
  w.hostsSaid = 3;
  for (const at of [0, 1, 2]) assert.equal(await calls(w, at, 2), 2);
  await w.clock.advance(10_000);
  w.hosts[0]?.die();
  w.home = { index: 1, epoch: 2n, valid: true };
  await w.clock.advance(5_000);
  assert.equal(await calls(w, 2, 20), 10);
  assert(w.believed <= 120);
  // Where somebody is short, it is his.
  await w.clock.advance(settledMs + 5_000);
  assert.equal(await calls(w, 1, 200), 120 - 2 - 12);
  assert.equal(w.running, 120);
});

test('where a host is dead for long, a home that moves lets all in at once; so does a host that has just joined', async () => {
  const w = world(4, { calls: 30 });
  assert.equal(await calls(w, 1, 3), 3);
  w.hosts[3]?.die();
  await w.clock.advance(60_000);
  assert.equal(await calls(w, 1, 2), 2);
  w.home = { index: 2, epoch: 2n, valid: true };
  assert.equal(await calls(w, 0, 10), 10);
  await w.clock.advance(8_000);
  w.join();
  w.home = { index: 4, epoch: 3n, valid: true };
  assert.equal(await calls(w, 4, 20), 15);
  assert.equal(w.running, 30);
});

test('what a host that died was lent a moment ago is not given to others by a home that has just begun', async () => {
  const w = world(4, { calls: 30 });
  assert.equal(await calls(w, 3, 20), 20);
  await w.clock.advance(3_000);
  w.hosts[3]?.die();
  w.home = { index: 2, epoch: 2n, valid: true };
  assert.equal(await calls(w, 1, 30), 0);
  await w.clock.advance(settledMs + 5_000);
  assert.equal(await calls(w, 1, 40), 30);
});

test('without NATS the home goes on as long as most hosts are in touch with it', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 1, 3), 3);
  for (const { id } of w.hosts) w.withoutNats.add(id);
  await w.clock.advance(120_000);
  assert.equal(await calls(w, 1, 3), 3);
  w.cut(0, 1);
  w.cut(0, 2);
  await w.clock.advance(60_000);
  // Alone it may not, lest another is home elsewhere.
  assert.equal(await calls(w, 0, 1), 0);
  assert.equal(await calls(w, 1, 1), 0);
});

test('a host that is cut off from everybody lets nobody in when its lease has run out, and has what it had when it is back', async () => {
  const w = world(3, { calls: 10 });
  assert.equal(await calls(w, 2, 4), 4);
  await w.clock.advance(3_000);
  w.cut(0, 2);
  w.cut(1, 2);
  await w.clock.advance(10_000);
  assert.equal(await calls(w, 2, 1), 1, 'it believes still');
  await w.clock.advance(20_000);
  assert.equal(await calls(w, 2, 1), 0);
  // NATS still hears it: its calls may run on, and nobody gets their tokens.
  assert.equal(await calls(w, 1, 10), 5);
  w.cut(0, 2, false);
  w.cut(1, 2, false);
  await w.clock.advance(5_000);
  assert.equal(w.running, 10);
  w.hosts[2]?.end();
  assert.equal(await calls(w, 1, 2), 1);
});

test('a call is refused within two seconds where the home does not answer, whenever it comes', async () => {
  const w = world(3, { calls: 30 });
  assert.equal(await calls(w, 2, 4), 4);
  w.cut(0, 2);
  await w.clock.advance(20_000);
  for (let n = 0; n < 30; n += 1) {
    await w.clock.advance(190);
    const from = w.clock.now();
    assert.equal(await calls(w, 2, 1), 0);
    const tookMs = w.clock.now() - from;
    assert.ok(tookMs < 2_000, `${tookMs} ms`);
  }
});

test('a host that stood still believes in nothing that has run out', async () => {
  const w = world(2, { calls: 10 });
  assert.equal(await calls(w, 1, 2), 2);
  const share = w.hosts[1]?.holder.shares()[0] ?? assert.fail();
  w.cut(0, 1);
  await w.clock.advance(17_000);
  assert.equal(share.takes('', 0), false);
});

test('memory that calls take together is never more than the account may have', async () => {
  const w = world(3, { calls: 100, memoryMb: 1_024 });
  for (const host of w.hosts) for (let i = 0; i < 5; i += 1) await w.clock.until(host.call(256));
  assert.equal(w.running, 4);
});

test('what is reserved is had at any host, however many ask for what others share', async () => {
  const w = world(3, { calls: 8, reserved: new Map([['kept', 3]]) });
  const end = (host: LimitsHost, pool: string): void => void w.clock.timer(100, () => host.end(0, pool));
  let over = false;
  // Four callers at each host, each of whom tries again soon when it was refused.
  const caller = async (host: LimitsHost): Promise<void> => {
    while (!over) {
      if (await host.call()) end(host, '');
      await w.clock.sleep(20);
    }
  };
  for (const host of w.hosts) for (let n = 0; n < 4; n += 1) void caller(host);
  for (let round = 0; round < 60; round += 1) {
    const host = w.hosts[round % 3] ?? assert.fail();
    const came = await w.clock.until(Promise.all([1, 2, 3].map(() => host.call(0, 'f:kept'))));
    assert.deepEqual(came, [true, true, true], `round ${round}`);
    assert.ok(w.running <= 8);
    for (let n = 0; n < 3; n += 1) host.end(0, 'f:kept');
    await w.clock.advance(round % 7);
  }
  over = true;
});

test('a home that has no NATS stops when a newer one is known to those that it asks', async () => {
  const w = world(4, { calls: 30 });
  assert.equal(await calls(w, 0, 10), 10);
  w.withoutNats.add(w.hosts[0]?.id ?? '');
  w.cut(0, 1);
  w.home = { index: 1, epoch: 2n, valid: true };
  await w.clock.advance(settledMs + 5_000);
  assert.equal(await calls(w, 0, 1), 0);
  assert.equal(await calls(w, 2, 40), 30, 'the calls of a host that nobody hears are not counted for ever');
});

test('an account that was not used for a long time is let in again, by whoever counted its calls before', async () => {
  const w = world(3, { calls: 10 });
  const { holder } = w.hosts[1] ?? assert.fail();
  const { account } = w;
  const quota = new Quota({ concurrencyMaxOf: () => 10, shared: holder });
  const calls = quota.of({ account, name: 'f' });
  const comes = async (): Promise<boolean> => {
    if (calls.refusal(128) !== undefined) await w.clock.until(calls.account.share?.more('') ?? Promise.resolve());
    return calls.refusal(128) === undefined;
  };
  assert.equal(await comes(), true);
  // Its tokens go back, and it is forgotten; its function is not.
  await w.clock.advance(600_000);
  assert.deepEqual(
    holder.shares().filter((one) => one.account === account),
    [],
  );
  assert.equal(await comes(), true);
});

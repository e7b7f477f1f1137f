import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { CarriedConnection } from '../../model/network.ts';
import { connecting, TestedNetwork } from '../conformance/standing-still.ts';
import { call, startTestGuest } from '../guest-fixture.ts';

test('after a machine has slept, its connections are over before code uses them', async () => {
  let sleptMs = 0;
  const clock: Clock = { ...systemClock, wall: () => systemClock.wall() + sleptMs };
  await using booted = await startTestGuest({}, clock);
  const [container] = booted.guest.firstContainers;
  assert.ok(container !== undefined);
  const network = new TestedNetwork();
  let outer: CarriedConnection | undefined;
  network.onConnect = (connection) => void (outer = connection).write('hello');
  await connecting(container, network);
  await call(container, { deed: 'hold' });
  // A minute is a correction of the clock.
  sleptMs = 59_000;
  assert.equal(await call(container, { deed: 'look' }), 'sent');
  sleptMs += 61_000;
  assert.ok(outer !== undefined);
  const closed = once(outer, 'close').catch(() => undefined);
  const found = String(await call(container, { deed: 'look' }));
  assert.ok(['destroyed', 'ECONNRESET', 'EPIPE'].includes(found), found);
  await closed;
  // And new ones are as ever.
  assert.equal(await call(container, { deed: 'hold' }), 'hello');
  assert.equal(await call(container, { deed: 'look' }), 'sent');
});

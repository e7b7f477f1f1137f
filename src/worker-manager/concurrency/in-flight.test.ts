import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';
import { SimulatedGuest } from '../../../test/simulation/simulated-guest.ts';
import { ActivePool } from '../active-pool/active-pool.ts';
import { Registry } from '../active-pool/registry.ts';
import { InFlight } from './in-flight.ts';

test('a call that ends while it is looked at is not seen any more', async () => {
  const { clock } = new SimulatedService();
  const registry = new Registry({ containersMax: 4, heapsBySize: false });
  const active = new ActivePool(registry);
  const code = registry.begin(functionOf('long'));
  const world = { clock, containerMs: () => 40, killMs: () => 2, destroyMs: () => 20, behaviour: () => plain };
  const guest = new SimulatedGuest(
    { blanks: { 'nodejs24.x': 1 }, containersMax: 4, memoryMb: 1_024, heapsBySize: false },
    world,
  );
  const instance = active.allocate(code.pool, guest, guest.firstContainers, clock.now(), clock.now());
  const container = active.takeBlank(instance, code, clock.now());
  let seen = 0;
  const inFlight = new InFlight(clock, true, () => (seen += 1));
  await clock.advance(100);
  await inFlight.look(code);
  await clock.advance(100);
  assert.equal(await inFlight.look(code), true);
  await clock.advance(100);
  const last = inFlight.look(code);
  active.withdraw(container, clock.now());
  assert.equal(await last, false);
  assert.equal(seen, 1);
});

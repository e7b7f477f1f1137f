import { instanceOverheadMb } from '../model/runtimes/configuration.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, SimulatedService } from '../../test/simulation/service.ts';
import type { SimulatedGuest } from '../../test/simulation/simulated-guest.ts';
import { backOffMs } from './back-off.ts';

const warm = [2, 4] as const;
const node24 = 'nodejs24.x';

async function started(service: SimulatedService): Promise<SimulatedService> {
  service.warming.start();
  await service.clock.until(service.warming.ready());
  return service;
}

test('the pool is ready when it has its minimum, and makes one at a time', async () => {
  let booting = 0;
  let most = 0;
  const service: SimulatedService = new SimulatedService({
    settings: { warm: [3, 3] },
    startGuest: async (guest) => {
      most = Math.max(most, (booting += 1));
      await service.clock.sleep(200);
      booting -= 1;
      return guest();
    },
  });
  await started(service);
  assert.equal(service.clock.now(), 600);
  assert.equal(most, 1);
  assert.deepEqual(service.warming.snapshot(), [
    { configuration: node24, ready: 3, starting: 0, target: 3, blanks: 6, blanksWanted: 2 },
  ]);
});

test('an instance is taken without waiting, and replaced in the background', async () => {
  const service = await started(new SimulatedService({ settings: { warm } }));
  const taken = service.warming.take(node24);
  assert.equal(taken?.guest, service.guests[0]);
  assert.ok(service.warming.take(node24));
  assert.equal(service.warming.take(node24), undefined);
  await service.clock.advance(1_000);
  assert.ok(service.warming.readyCount >= 3, 'three were wanted at once');
});

test('instances that wait are put to rest after their first moments, but for the next to be taken where one was asked for lately', async () => {
  const service = await started(new SimulatedService({ settings: { warm: [3, 3] } }));
  const resting = (): boolean[] => service.guests.map((guest) => guest.resting);
  await service.clock.advance(2_000);
  assert.deepEqual(resting(), [false, false, false]);
  await service.clock.advance(3_000);
  assert.deepEqual(resting(), [false, true, true]);
  assert.ok(service.warming.take(node24));
  assert.deepEqual(resting(), [false, false, true]);
  assert.ok(service.warming.take(node24));
  assert.ok(service.warming.take(node24));
  await service.clock.advance(10_000);
  assert.deepEqual(resting().slice(0, 3), [false, false, false], 'whoever has them, has them awake');
  await service.clock.advance(10_000);
  assert.deepEqual(resting().slice(3), [true, true, true], 'nobody asks for any');
  const taken = service.warming.take(node24);
  assert.ok(taken);
  assert.deepEqual(resting().slice(3), [false, false, true]);
});

test('a driver that fails is asked again ever more slowly, and the failures are reported', async () => {
  const at: number[] = [];
  const failures: string[] = [];
  const service: SimulatedService = new SimulatedService({
    settings: { warm: [1, 1] },
    startGuest: async (guest) => {
      at.push(service.clock.now());
      if (at.length < 7) throw new Error('no');
      return guest();
    },
    observer: { instanceFailed: (key, error) => void failures.push(`${key} ${error.message}`) },
  });
  await started(service);
  const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  assert.equal(failures.length, 6);
  assert.equal(failures[0], 'nodejs24.x*2-10240 no');
  for (const [index, pause] of pauses.entries()) {
    const ceiling = 250 * 2 ** index;
    assert.ok(pause >= ceiling / 2 && pause <= ceiling, `pause ${index} was ${pause} ms`);
  }
  assert.ok(backOffMs(100, () => 1) <= 30_000);
  assert.equal(service.memory.usedMb, instanceOverheadMb);
});

test('a warm instance that dies is noticed, reported and replaced', async () => {
  const ended: string[] = [];
  const service = new SimulatedService({
    settings: { warm },
    observer: { instanceEnded: (key, detail, expected) => void ended.push(`${key} ${detail} ${expected}`) },
  });
  await started(service);
  service.guests[0]?.die();
  await service.clock.settle();
  assert.equal(service.warming.readyCount, 1);
  await service.clock.advance(1_000);
  assert.equal(service.warming.readyCount, 2);
  assert.deepEqual(ended, ['nodejs24.x*2-10240 died false']);
  assert.equal(service.memory.usedMb, 2 * instanceOverheadMb);
});

test('an instance past its life is replaced before it goes', async () => {
  const service = await started(new SimulatedService({ settings: { warm, instanceLifeMs: 60_000 } }));
  let least = 2;
  service.clock.afterStep = () => void (least = Math.min(least, service.warming.readyCount));
  await service.clock.advance(70_000);
  assert.equal(least, 2);
  assert.ok(service.guests.length >= 4);
  assert.ok(service.guests.slice(0, 2).every(({ dead }) => dead));
});

test('the pool takes no memory that is not there', async () => {
  const memoryMb = 3 * instanceOverheadMb;
  const service = await started(new SimulatedService({ settings: { warm, memoryMb } }));
  for (let nth = 0; nth < 20; nth += 1) service.warming.missed();
  await service.clock.advance(10_000);
  assert.equal(service.warming.readyCount, 3);
  assert.equal(service.memory.freeMb, 0);
  assert.throws(
    () => new SimulatedService({ settings: { warm, memoryMb: instanceOverheadMb } }),
    /minimum of 2 instances needs 512 MB, and instances may have 256 MB/,
  );
});

test('stopping destroys what is there and what is just coming', async () => {
  const made: SimulatedGuest[] = [];
  const service: SimulatedService = new SimulatedService({
    settings: { warm },
    // A driver that does not listen to its signal.
    startGuest: async (guest) => {
      await service.clock.sleep(200);
      const one = guest();
      made.push(one);
      return one;
    },
  });
  service.warming.start();
  await service.clock.advance(300);
  await service.clock.until(service.warming.stop());
  assert.equal(made.length, 2);
  assert.ok(made.every(({ dead }) => dead));
  assert.equal(service.memory.usedMb, 0);
  await assert.rejects(service.warming.ready(), { name: 'StoppingError' });
  assert.equal(service.warming.take(node24), undefined);
});

test("a cold instance that nobody waits for any more goes to the pool, as it was nobody's yet", async () => {
  const service = new SimulatedService({ settings: { warm: [0, 2] } });
  const client = new AbortController();
  const sent = service.send(functionOf('hello'), client.signal);
  await service.clock.advance(50);
  client.abort(new Error('gone'));
  await assert.rejects(sent, /gone/);
  await service.clock.advance(1_000);
  assert.deepEqual(
    service.manager.snapshot().instances.map(({ state }) => state),
    ['warm'],
  );
});

test('a runtime that somebody deploys a function of gets its blank containers in the instances that are ready', async () => {
  const service = await started(new SimulatedService({ settings: { warm: [1, 4] }, containersMax: 16 }));
  assert.equal(service.warming.hasBlank('nodejs22.x'), false);
  const fn = functionOf('new', { runtime: 'nodejs22.x', modifiedAt: service.clock.wall() });
  service.known.deployed(fn);
  await service.clock.advance(500);
  assert.equal(service.warming.hasBlank('nodejs22.x'), true);
  assert.equal((await service.run(fn)).startPath, 'warm-instance');
});

test('as many blank containers wait as functions were just deployed, and fewer when they were called or forgotten', async () => {
  const service = await started(new SimulatedService({ settings: { warm: [1, 4] }, containersMax: 16 }));
  for (let nth = 0; nth < 5; nth += 1)
    service.known.deployed(functionOf(`f${nth}`, { modifiedAt: service.clock.wall() }));
  await service.clock.advance(2_000);
  const blanks = (): number => service.warming.snapshot()[0]?.blanks ?? 0;
  assert.equal(blanks(), 5);
  const paths = [];
  for (let nth = 0; nth < 5; nth += 1) paths.push((await service.run(functionOf(`f${nth}`))).startPath);
  assert.deepEqual(paths, ['warm-instance', 'new-container', 'new-container', 'new-container', 'new-container']);
  await service.clock.advance(1_000);
  assert.equal(service.warming.snapshot()[0]?.blanksWanted, 2);
});

test('what is due waits in the next instance only, and ends where nobody came for it', async () => {
  const service = await started(new SimulatedService({ settings: { warm: [2, 4] }, containersMax: 16 }));
  const blanks = (): number[] => [...service.warming.guests()].map((warm) => warm.blanksOf(node24));
  for (let nth = 0; nth < 5; nth += 1)
    service.known.deployed(functionOf(`f${nth}`, { modifiedAt: service.clock.wall() }));
  await service.clock.advance(2_000);
  assert.deepEqual(blanks(), [5, 2]);
  await service.clock.advance(150_000);
  assert.deepEqual(blanks(), [2, 2]);
});

test('what is due of several accounts waits in an instance for each', async () => {
  const service = await started(new SimulatedService({ settings: { warm: [2, 4] }, containersMax: 16 }));
  for (let nth = 0; nth < 5; nth += 1)
    for (const account of ['111111111111', '222222222222'])
      service.known.deployed(functionOf(`f${nth}`, { account, modifiedAt: service.clock.wall() }));
  await service.clock.advance(3_000);
  const blanks = [...service.warming.guests()].map((warm) => warm.blanksOf(node24));
  assert.deepEqual(blanks, [5, 5]);
});

test('an instance does not run out of containers, however often functions are deployed that nobody calls', async () => {
  const service = await started(new SimulatedService({ settings: { warm: [1, 4] }, containersMax: 16 }));
  for (let round = 0; round < 60; round += 1) {
    for (let nth = 0; nth < 8; nth += 1)
      service.known.deployed(functionOf(`f${nth}`, { modifiedAt: service.clock.wall() }));
    await service.clock.advance(150_000);
  }
  for (const { guest } of service.warming.guests()) assert.ok(guest.containersLeft > 0);
});

test('while what runs needs the processors, booting is put off, but not for ever', async () => {
  const service = new SimulatedService({ settings: { warm: [1, 1] } });
  service.warming.busy = () => true;
  service.warming.start();
  await service.clock.advance(5_000);
  assert.equal(service.guests.length, 0);
  await service.clock.advance(10_000);
  assert.equal(service.guests.length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FunctionVersion } from '../model/functions/function.ts';
import { functionOf, plain, SimulatedService } from '../../test/simulation/service.ts';
import { Quota } from './concurrency/quota.ts';

const account = '111111111111';

test('whatever is reserved when, what is counted is what runs, and nobody gets what is reserved for another', () => {
  const step = fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.constantFrom('call', 'end', 'reserve', 'free', 'provision'),
    fc.nat(6),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const quota = new Quota({ concurrencyMaxOf: () => 10 });
      const running = new Map<string, number>();
      const reserved = new Map<string, number>();
      const provisioned = new Map<string, number>();
      const kept = (name: string): number => reserved.get(name) ?? provisioned.get(name) ?? 0;
      for (const [name, what, n] of steps) {
        const calls = quota.of({ account, name });
        const now = running.get(name) ?? 0;
        const keptSum = ['a', 'b', 'c'].reduce((sum, each) => sum + kept(each), 0);
        if (what === 'call') {
          const own = reserved.get(name);
          const shared = [...running].reduce(
            (sum, [each, count]) => sum + (reserved.has(each) ? 0 : Math.max(0, count - kept(each))),
            0,
          );
          const total = [...running.values()].reduce((sum, count) => sum + count, 0);
          const may = total < 10 && (own === undefined ? now < kept(name) || shared < 10 - keptSum : now < own);
          assert.equal(calls.refusal(128) === undefined, may);
          if (may) {
            calls.begun(128);
            running.set(name, now + 1);
          }
        } else if (what === 'end' && now > 0) {
          calls.ended(128);
          running.set(name, now - 1);
        } else if (what === 'reserve' && keptSum - kept(name) + n <= 10) {
          calls.reserved = n;
          reserved.set(name, n);
        } else if (what === 'provision' && keptSum - (provisioned.get(name) ?? 0) + n <= 10) {
          calls.provisioned = n;
          provisioned.set(name, n);
        } else if (what === 'free') {
          calls.reserved = undefined;
          reserved.delete(name);
        }
        assert.equal(calls.running, running.get(name) ?? 0);
        const concurrency = [...running.values()].reduce((sum, count) => sum + count, 0);
        assert.deepEqual(quota.useOf(account), { concurrency, memoryMb: concurrency * 128 });
      }
    }),
    { numRuns: 300 },
  );
});

test('what is provisioned is kept for its function, others are refused before it is, and it may have more where there is more', async () => {
  const service = new SimulatedService({
    accountConcurrency: 4,
    world: { behaviour: () => ({ ...plain, runMs: 2_000 }) },
  });
  service.warming.start();
  const fn = functionOf('kept', { version: '1' });
  const key = { account: fn.account, functionName: fn.name, qualifier: '1' };
  service.manager.provision(key, [{ function: fn, count: 2 }]);
  await service.clock.advance(2_000);
  const other = functionOf('other');
  const full = { reason: 'ConcurrentInvocationLimitExceeded' };
  const first = [service.send(other), service.send(other)];
  await assert.rejects(service.send(other), full);
  const own = [service.send(fn), service.send(fn)];
  await assert.rejects(service.send(fn), full);
  const ended = await service.clock.until(Promise.all([...first, ...own]));
  assert.equal(ended.filter(({ startPath }) => startPath === 'provisioned-container').length, 2);
  const more = Array.from({ length: 4 }, () => service.send(fn));
  await assert.rejects(service.send(fn), full);
  await service.clock.until(Promise.all(more));
  service.manager.provision(key, []);
  await service.clock.until(Promise.all(Array.from({ length: 4 }, () => service.send(other))));
  await service.clock.until(service.manager.stop(0));
});

test('a call beyond what is reserved is refused at once, and a thread waits', async () => {
  const service = new SimulatedService({ accountConcurrency: 3 });
  service.warming.start();
  const fn = functionOf('few');
  service.manager.reserve(fn.account, fn.name, 1);
  const first = service.send(fn);
  await assert.rejects(service.send(fn), {
    name: 'CapacityError',
    reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
  const silent = {
    placed: () => undefined,
    started: () => undefined,
    received: () => undefined,
    printed: () => undefined,
  };
  const thread = service.manager.invoke({ ...service.request(fn), watcher: silent }, new AbortController().signal);
  const others = [service.send(functionOf('x')), service.send(functionOf('y'))];
  await assert.rejects(service.send(functionOf('x')), {
    name: 'CapacityError',
    reason: 'ConcurrentInvocationLimitExceeded',
  });
  await service.clock.until(Promise.all([first, thread, ...others]));
  assert.ok((await service.run(fn)).result.ok);
  service.manager.reserve(fn.account, fn.name, 0);
  await assert.rejects(service.send(fn), { reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' });
  await service.clock.until(service.manager.stop(0));
});

test('where memory is short, variable capacity gives way first, however long ago others were used', async () => {
  const service = new SimulatedService({ settings: { memoryMb: 1_300 }, instanceMb: 1_044 });
  service.warming.start();
  const steady = functionOf('steady', { memoryMb: 400 });
  await service.run(steady);
  await service.run(functionOf('spare', { memoryMb: 400, capacity: { kind: 'variable' } }));
  await service.run(functionOf('large', { memoryMb: 500 }));
  assert.equal((await service.run(steady)).startPath, 'reused-container');
  await service.clock.until(service.manager.stop(0));
});

test('and does not go on where others wait for memory', async () => {
  const service = new SimulatedService({
    settings: { memoryMb: 760 },
    instanceMb: 504,
    world: { behaviour: () => ({ ...plain, runMs: 300 }) },
  });
  service.warming.start();
  const variable = functionOf('spare', { memoryMb: 400, capacity: { kind: 'variable' } });
  const order: string[] = [];
  const send = (fn: FunctionVersion): Promise<unknown> => service.send(fn).then(() => order.push(fn.name));
  const all = [send(variable), send(variable), send(variable)];
  await service.clock.advance(300);
  all.push(send(functionOf('other', { memoryMb: 300 })));
  await service.clock.until(Promise.all(all));
  assert.deepEqual(order, ['spare', 'other', 'spare', 'spare']);
  await service.clock.until(service.manager.stop(0));
});

test('a ceiling bounds how many run at once, of a function or of an account; the others wait', async () => {
  for (const byAccount of [false, true]) {
    let [now, most] = [0, 0];
    const service = new SimulatedService({
      containersMax: 8,
      processors: { count: 8, full: () => false },
      ...(byAccount ? { capacityByAccount: { [account]: { kind: 'variable', ceiling: 2 } } } : {}),
      witness: {
        instanceBegan: () => undefined,
        instanceEnded: () => undefined,
        containerBegan: () => undefined,
        codeLoaded: () => undefined,
        containerEnded: () => undefined,
        codeBegan: () => (most = Math.max(most, (now += 1))),
      },
      observer: { invoked: () => (now -= 1) },
    });
    service.warming.start();
    const capacity = { capacity: { kind: 'variable', ceiling: 2 } } as const;
    const names = byAccount ? ['a', 'b', 'c', 'd', 'e', 'f'] : ['a', 'a', 'a', 'a', 'a', 'a'];
    const all = names.map((name) => service.send(functionOf(name, byAccount ? {} : capacity)));
    const ended = await service.clock.until(Promise.all(all));
    assert.ok(ended.every(({ result }) => result.ok));
    assert.equal(most, 2);
    await service.clock.until(service.manager.stop(0));
  }
});

test('a function with dedicated instances has one ready at all times, and shares it with nobody', async () => {
  const service = new SimulatedService({ settings: { warm: [1, 4] } });
  service.warming.start();
  const own = functionOf('own', { capacity: { kind: 'dedicated' } });
  service.manager.deployed(own);
  await service.clock.advance(2_000);
  const shared = await service.run(functionOf('other'));
  const first = await service.run(own);
  assert.equal(first.startPath, 'provisioned-container');
  assert.notEqual(first.instanceId, shared.instanceId);
  await service.clock.advance(900_000);
  const again = await service.run(own);
  assert.deepEqual([again.startPath, again.instanceId], ['provisioned-container', first.instanceId]);
  const listed = service.manager.snapshot().instances.find(({ id }) => id === first.instanceId);
  assert.equal(listed?.dedicatedTo, 'own');
  const next = { ...own, revisionId: 'own-2' };
  service.manager.retire(own.account, own.name, 'own-2');
  service.manager.deployed(next);
  await service.clock.advance(2_000);
  assert.equal((await service.run(next)).startPath, 'provisioned-container');
  service.manager.removed(own.account, own.name);
  await service.clock.advance(200_000);
  assert.equal(service.manager.snapshot().instances.filter(({ state }) => state !== 'warm').length, 0);
  await service.clock.until(service.manager.stop(0));
  assert.equal(service.memory.usedMb, 0);
});

test('an account with dedicated capacity always has an instance', async () => {
  const service = new SimulatedService({
    settings: { warm: [1, 4] },
    capacityByAccount: { [account]: { kind: 'dedicated' } },
  });
  service.warming.start();
  await service.clock.advance(2_000);
  const mine = (): string[] =>
    service.manager.snapshot().instances.flatMap(({ id, kept }) => (kept === true ? [id] : []));
  const [only] = mine();
  assert.ok(only);
  await service.clock.advance(900_000);
  assert.deepEqual(mine(), [only]);
  const first = await service.run(functionOf('any', { account }));
  assert.deepEqual([first.startPath, first.instanceId], ['new-container', only]);
  service.guests.find(({ id }) => id === only)?.die();
  await service.clock.advance(2_000);
  assert.equal(mine().length, 1);
  assert.notEqual(mine()[0], only);
  await service.clock.until(service.manager.stop(0));
  assert.equal(service.memory.usedMb, 0);
});

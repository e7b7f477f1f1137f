import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Behaviour } from '../../test/simulation/simulated-guest.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { InvocationOutcome } from '../model/invocations/invocation.ts';
import { errorOf, functionOf, plain, SimulatedService } from '../../test/simulation/service.ts';

const warm = [1, 4] as const;
const hello = functionOf('hello');

test('requests come to their containers by the cheapest path there is: cold, new, reused, and warm for another account', async () => {
  const service = new SimulatedService({ settings: { warm } });
  const paths = [(await service.run(hello)).startPath];
  service.warming.start();
  await service.clock.until(service.warming.ready());
  paths.push((await service.run(functionOf('other'))).startPath);
  paths.push((await service.run(hello)).startPath);
  const foreign = await service.run(functionOf('hello', { account: '222222222222' }));
  assert.deepEqual(
    [...paths, foreign.startPath],
    ['cold-instance', 'new-container', 'reused-container', 'warm-instance'],
  );
  await service.clock.until(service.manager.stop(0));
});

test('start time counts from receiving the request to user code, duration from there to the answer', async () => {
  const service = new SimulatedService();
  const cold = await service.run(hello);
  assert.equal(cold.startMs, 201);
  assert.equal(cold.durationMs, 15);
  assert.equal(cold.initMs, 5);
  const reused = await service.run(hello);
  assert.equal(reused.startMs, 1);
  assert.equal(reused.durationMs, 10);
  assert.equal(reused.initMs, undefined);
  assert.equal(reused.containerId, cold.containerId);
});

test('the log says START, what was printed, END and REPORT, with the way it was started at the end', async () => {
  const behaviour = (): Behaviour => ({ ...plain, prints: ['one\n', 'two'] });
  const service = new SimulatedService({ world: { behaviour } });
  const { log } = await service.run(hello);
  assert.match(
    log,
    new RegExp(
      '^START RequestId: (r-\\d+) Version: \\$LATEST\none\ntwo\nEND RequestId: \\1\n' +
        'REPORT RequestId: \\1\tDuration: 10.00 ms\tBilled Duration: 15 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t' +
        'Init Duration: 5.00 ms\tStart Path: cold-instance\tStart: 201.00 ms\n$',
    ),
  );
});

test('a handler that never ends is killed at its time-out, and its neighbour in the instance does not notice', async () => {
  let endless = true;
  const behaviour = (): Behaviour => (endless ? { ...plain, runMs: undefined } : plain);
  const service = new SimulatedService({ world: { behaviour } });
  const stuck = service.send(functionOf('stuck', { timeoutMs: 3_000 }));
  await service.clock.advance(300);
  endless = false;
  const neighbour = await service.run(functionOf('neighbour'));
  const outcome = await service.clock.until(stuck);
  assert.equal(neighbour.instanceId, outcome.instanceId);
  assert.equal(outcome.durationMs, 3_005);
  assert.match(errorOf(outcome).errorMessage ?? '', /^RequestId: r-\d+ Error: Task timed out after 3\.00 seconds$/);
  assert.equal(errorOf(outcome).errorType, 'Sandbox.Timedout');
  assert.match(outcome.log, /Task timed out after 3\.00 seconds\n\nEND .*\nREPORT .*Status: timeout/);
  await service.clock.advance(100);
  const alive = service.manager.snapshot().instances[0]?.containers.map(({ id }) => id) ?? [];
  assert.ok(!alive.includes(outcome.containerId));
  assert.equal((await service.run(functionOf('neighbour'))).startPath, 'reused-container');
});

test('on a reused container too', async () => {
  let endless = false;
  const behaviour = (): Behaviour => (endless ? { ...plain, runMs: undefined } : plain);
  const service = new SimulatedService({ world: { behaviour } });
  await service.run(hello);
  endless = true;
  const outcome = await service.run(hello);
  assert.equal(outcome.durationMs, 3_000);
  assert.equal(outcome.startPath, 'reused-container');
});

test('initialisation may take longer than the time-out, but not for ever', async () => {
  const init = { ms: 8_000 };
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, initMs: init.ms }) } });
  const fn = functionOf('slow', { timeoutMs: 1_000 });
  assert.equal((await service.run(fn)).result.ok, true);
  init.ms = 1e9;
  const outcome = await service.run(functionOf('slower', { timeoutMs: 1_000 }));
  assert.match(errorOf(outcome).errorMessage ?? '', /Task timed out after 10\.00 seconds$/);
  assert.equal(outcome.durationMs, 10_000);
});

test('a container that never starts its code is cut too', async () => {
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, startMs: 1e9 }) } });
  const outcome = await service.run(hello);
  assert.match(errorOf(outcome).errorMessage ?? '', /Task timed out after 10\.00 seconds$/);
  assert.equal(outcome.durationMs, 0);
});

test('a runtime that ends under an invocation is reported as AWS words it', async () => {
  const end: { kind: Behaviour['end'] } = { kind: 'crash' };
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, end: end.kind }) } });
  const crash = errorOf(await service.run(hello));
  assert.equal(crash.errorType, 'Runtime.ExitError');
  assert.match(crash.errorMessage ?? '', /^RequestId: r-\d+ Error: Runtime exited with error: exit status 1$/);
  end.kind = 'memory';
  const memory = await service.run(hello);
  assert.match(errorOf(memory).errorMessage ?? '', /Error: Runtime exited with error: signal: killed$/);
  assert.match(memory.log, /needed more memory than its size of 128 MB gives it/);
  assert.equal(memory.memoryPeakMb, 128);
});

test('an error of the handler keeps its container, one of the runtime or of initialisation ends it', async () => {
  const end: { kind: Behaviour['end'] } = { kind: 'error' };
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, end: end.kind }) } });
  const first = await service.run(hello);
  assert.deepEqual(errorOf(first), { errorType: 'Error', errorMessage: 'oh' });
  end.kind = 'uncaught';
  const second = await service.run(hello);
  assert.equal(second.containerId, first.containerId);
  end.kind = 'init-error';
  const third = await service.run(hello);
  assert.notEqual(third.containerId, first.containerId);
  end.kind = 'ok';
  const fourth = await service.run(hello);
  assert.notEqual(fourth.containerId, third.containerId);
});

test('what is lost before user code began is tried once more elsewhere, unasked, and the log says so', async () => {
  const ends: Behaviour['end'][] = ['ok', 'crash-before-start', 'ok'];
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, end: ends.shift() ?? 'ok' }) } });
  const first = await service.run(hello);
  const second = await service.run(hello);
  assert.equal(second.result.ok, true);
  assert.notEqual(second.containerId, first.containerId);
  assert.match(second.log, /\tRetries: 1\n$/);
});

test('it is not tried a third time', async () => {
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, end: 'crash-before-start' }) } });
  assert.equal(errorOf(await service.run(hello)).errorType, 'Runtime.ExitError');
});

test('a thread that never began in a container of others is lost, for its client to begin anew; in a new one it is told why', async () => {
  const ends: Behaviour['end'][] = ['ok', 'crash-before-start', 'crash-before-start'];
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, end: ends.shift() ?? 'ok' }) } });
  const nothing = (): void => undefined;
  const watcher = { placed: nothing, started: nothing, received: nothing, printed: nothing };
  const run = (): Promise<InvocationOutcome> =>
    service.clock.until(service.manager.invoke({ ...service.request(hello), watcher }, new AbortController().signal));
  assert.equal((await run()).result.ok, true);
  await assert.rejects(run(), { name: 'ContainerLostError' });
  assert.equal(errorOf(await run()).errorType, 'Runtime.ExitError');
  assert.equal((await run()).result.ok, true);
});

test('an instance lost after user code began is an error, not a second run', async () => {
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, end: 'instance-dies' }) } });
  await assert.rejects(service.run(hello), { name: 'InstanceLostError' });
  assert.equal(service.guests.length, 1);
});

test('an instance that dies with a request on its way to it is replaced by another', async () => {
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, startMs: 50 }) } });
  const outcome = service.send(hello);
  await service.clock.advance(220);
  service.guests[0]?.die();
  const { instanceId, result } = await service.clock.until(outcome);
  assert.equal(result.ok, true);
  assert.equal(instanceId, service.guests[1]?.id);
});

test('code that cannot be had is an error of the service, and leaves no container behind', async () => {
  const service = new SimulatedService({
    codeSource: () => Promise.reject(new Error('disk')),
    world: {},
  });
  await assert.rejects(service.run(hello), /disk/);
  await service.clock.advance(500);
  assert.equal(service.guests[0]?.alive.size, 2, 'two blank ones');
});

test('a new revision retires idle containers at once and running ones when they end', async () => {
  const service = new SimulatedService({ world: { behaviour: () => ({ ...plain, runMs: 1_000 }) } });
  const idle = await service.run(hello);
  const running = service.send(hello);
  const second = service.send(hello);
  await service.clock.advance(500);
  service.manager.retire(hello.account, hello.name, 'hello-2');
  const outcomes = [await service.clock.until(running), await service.clock.until(second)];
  assert.ok(outcomes.every(({ result }) => result.ok));
  await service.clock.advance(10);
  const alive = service.manager.snapshot().instances.flatMap(({ containers }) => containers);
  assert.ok(alive.every(({ state }) => state === 'blank'));
  assert.equal(
    alive.some(({ id }) => id === idle.containerId),
    false,
  );
  assert.notEqual((await service.run(functionOf('hello', { revisionId: 'hello-2' }))).startPath, 'reused-container');
});

test('a blank container is made again after one was taken, never more than the instance may hold', async () => {
  const service = new SimulatedService();
  await service.run(hello);
  await service.clock.advance(500);
  const states = (): string[] =>
    service.manager
      .snapshot()
      .instances.flatMap(({ containers }) => containers.map(({ state }) => state))
      .toSorted();
  assert.deepEqual(states(), ['blank', 'blank', 'idle']);
  for (const name of ['a', 'b', 'c']) await service.run(functionOf(name));
  await service.clock.advance(500);
  assert.deepEqual(states(), ['idle', 'idle', 'idle', 'idle']);
});

test('idle containers end after their time-out, then their instance after its own', async () => {
  const service = new SimulatedService({ settings: { containerIdleMs: 10_000, instanceIdleMs: 5_000 } });
  await service.run(hello);
  await service.clock.advance(9_900);
  assert.equal(
    service.manager.snapshot().instances[0]?.containers.some(({ state }) => state === 'idle'),
    true,
  );
  await service.clock.advance(200);
  assert.equal(
    service.manager.snapshot().instances[0]?.containers.some(({ state }) => state === 'idle'),
    false,
  );
  await service.clock.advance(4_700);
  assert.equal(service.manager.snapshot().instances.length, 1);
  await service.clock.advance(500);
  assert.equal(service.manager.snapshot().instances.length, 0);
  assert.equal(service.memory.usedMb, 0);
});

test('an instance past its life takes no new work and goes when it is idle', async () => {
  const service = new SimulatedService({
    settings: { instanceLifeMs: 5_000 },
    world: { behaviour: () => ({ ...plain, runMs: 2_000 }) },
  });
  const first = await service.run(hello);
  await service.clock.advance(2_000);
  const late = service.send(hello);
  await service.clock.advance(1_500);
  assert.equal(service.manager.snapshot().instances[0]?.state, 'retiring');
  assert.equal((await service.clock.until(late)).instanceId, first.instanceId);
  assert.notEqual((await service.run(hello)).instanceId, first.instanceId);
});

test('stopping lets running invocations end, cuts them at the deadline, refuses the rest, and leaves nothing', async () => {
  const behaviour = (): Behaviour => ({ ...plain, runMs: 2_000 });
  const settings = { memoryMb: 256 + 4 * 128, warm: [0, 1] as const };
  const service = new SimulatedService({ settings, world: { behaviour } });
  const long = functionOf('long', { timeoutMs: 60_000 });
  const sent = Array.from({ length: 5 }, () => service.send(long));
  await service.clock.advance(1_000);
  const stopped = service.manager.stop(10_000);
  assert.equal(service.manager.stop(1), stopped);
  await assert.rejects(service.run(long), { name: 'StoppingError' });
  await service.clock.until(stopped);
  const results = await Promise.allSettled(sent);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), [
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
  ]);
  assert.ok(service.guests.every(({ destroyedAt }) => destroyedAt !== undefined));
  assert.equal(service.memory.usedMb, 0);

  const other = new SimulatedService({ world: { behaviour: () => ({ ...plain, runMs: undefined }) } });
  const endless = other.send(long);
  await other.clock.advance(1_000);
  await other.clock.until(other.manager.stop(100));
  await assert.rejects(endless, { name: 'StoppingError' });
  assert.ok(other.guests.every(({ dead }) => dead));
});

test('an instance that was booted for a request gets as many blank containers as warm ones have', async () => {
  const service = new SimulatedService({ basis: { 'nodejs24.x': 3 } });
  const states = (): (string | undefined)[] =>
    service.manager.snapshot().instances.flatMap(({ containers }) => containers.map(({ state }) => state));
  const { startPath } = await service.run(hello);
  assert.equal(startPath, 'cold-instance');
  assert.deepEqual(states().toSorted(), ['idle'], 'whoever waits needs one');
  await service.clock.advance(1_000);
  assert.deepEqual(states().toSorted(), ['blank', 'blank', 'blank', 'idle']);
});

test('of several idle containers the most recently used is reused, so that the others can be reaped', async () => {
  const service = new SimulatedService({ settings: { containerIdleMs: 10_000 } });
  await service.clock.until(Promise.all([service.send(hello), service.send(hello)]));
  const used = new Set<string>();
  for (let nth = 0; nth < 12; nth += 1) {
    await service.clock.advance(1_000);
    used.add((await service.run(hello)).containerId);
  }
  assert.equal(used.size, 1);
  const idle = service.manager.snapshot().instances.flatMap(({ containers }) => containers);
  assert.equal(idle.filter(({ state }) => state === 'idle').length, 1);
});

test('the snapshot says what there is, and for how long', async () => {
  const service = new SimulatedService({
    settings: { warm },
    world: { behaviour: () => ({ ...plain, runMs: 1_000 }) },
  });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  void service.send(hello);
  await service.clock.advance(500);
  const { instances, queue, warming } = service.manager.snapshot();
  assert.deepEqual(queue, { length: 0, max: 100 });
  assert.equal(warming[0]?.configuration, 'nodejs24.x');
  assert.equal(warming[0]?.blanksWanted, 2);
  const allocated = instances.find(({ state }) => state === 'allocated');
  assert.equal(allocated?.account, hello.account);
  assert.equal(allocated?.idleMs, 0);
  const running = allocated?.containers.find(({ state }) => state === 'running');
  assert.equal(running?.functionName, 'hello');
  assert.equal(running?.ageMs, 500);
});

test('of a crowd one container stays for the whole time-out, the others go early', async () => {
  const settings = { containerIdleMs: 60_000, surplusIdleMs: 5_000 };
  const service = new SimulatedService({ settings, world: { behaviour: () => ({ ...plain, runMs: 1_000 }) } });
  await service.clock.until(Promise.all(Array.from({ length: 4 }, () => service.send(hello))));
  await service.clock.advance(4_000);
  const idle = (): number =>
    service.manager
      .snapshot()
      .instances.flatMap(({ containers }) => containers)
      .filter(({ state }) => state === 'idle').length;
  assert.ok(idle() > 1, `${idle()} containers`);
  await service.clock.advance(10_000);
  assert.equal(idle(), 1);
  assert.equal((await service.run(hello)).startPath, 'reused-container');
});

test('an instance in which nothing runs rests, and is awake when it is used', async () => {
  const service = new SimulatedService();
  await service.run(hello);
  assert.equal(service.guests[0]?.resting, false);
  await service.clock.advance(3_000);
  assert.equal(service.guests[0]?.resting, true);
  assert.equal((await service.run(hello)).startPath, 'reused-container');
  assert.equal(service.guests[0]?.resting, false);
});

test('an instance that was woken to have a blank container made in it rests again', async () => {
  let making = 0;
  const service = new SimulatedService({
    world: { containerMs: () => ((making += 1), 4_000) },
    processors: { count: 4, full: () => true },
  });
  await service.run(hello);
  const before = making;
  await service.clock.advance(20_000);
  assert.ok(making > before, 'none was made while it was idle');
  assert.equal(service.guests[0]?.resting, true);
});

test('a function whose kind has no blank container but in full instances gets one where there is room', async () => {
  const service = new SimulatedService({ instanceMb: 1_024, settings: { warm: [1, 1] }, containersMax: 8 });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  const of = (name: string, memoryMb: number): FunctionVersion => functionOf(name, { memoryMb });
  const paths = [];
  for (const fn of [
    of('small', 128),
    of('all', 1_024),
    of('all of another', 1_024),
    of('a', 128),
    of('b', 128),
    of('c', 128),
    of('d', 128),
  ]) {
    paths.push((await service.run(fn)).startPath);
    await service.clock.advance(3_000);
  }
  const [first, second, third, ...others] = paths;
  assert.deepEqual([first, second, third], ['warm-instance', 'warm-instance', 'warm-instance']);
  assert.deepEqual(others, ['new-container', 'new-container', 'new-container', 'new-container']);
  // Each found a blank one, and did not wait until one was made.
  const { instances } = service.manager.snapshot();
  const blanks = instances.map(({ containers }) => containers.filter(({ state }) => state === 'blank').length);
  assert.ok(
    blanks.some((count) => count >= 2),
    `blank containers: ${blanks.join(', ')}`,
  );
});

test('containers of both runtimes and of all sizes share an instance', async () => {
  const service = new SimulatedService({ basis: { 'nodejs24.x': 1, 'nodejs22.x': 1 } });
  const sizes = [128, 512, 1_024, 2_048];
  const outcomes = [];
  for (const memoryMb of sizes)
    outcomes.push(
      await service.run(
        functionOf(`f${memoryMb}`, { memoryMb, runtime: memoryMb > 600 ? 'nodejs22.x' : 'nodejs24.x' }),
      ),
    );
  assert.equal(new Set(outcomes.map(({ instanceId }) => instanceId)).size, 1);
  assert.equal(service.memory.usedMb, 256 + 128 + 512 + 1_024 + 2_048);
});

test('what no longer fits into an instance gets another one', async () => {
  const service = new SimulatedService({ instanceMb: 2_048 });
  const first = await service.run(functionOf('a', { memoryMb: 1_500 }));
  const second = await service.run(functionOf('b', { memoryMb: 1_500 }));
  assert.notEqual(first.instanceId, second.instanceId);
  await assert.rejects(service.run(functionOf('c', { memoryMb: 3_000 })), { name: 'NeverFitsError' });
});

test("an instance that cannot make containers any more is destroyed as soon as nobody's code is in it", async () => {
  const service = new SimulatedService({ settings: { containerIdleMs: 1_000, instanceIdleMs: 3_600_000 } });
  // A new revision each time uses up a container each time.
  for (let revision = 0; revision < 30; revision += 1) {
    const revisionId = `hello-${revision}`;
    service.manager.retire(hello.account, hello.name, revisionId);
    await service.run({ ...hello, revisionId });
    await service.clock.advance(100);
  }
  await service.clock.advance(5_000);
  assert.equal(service.guests.length, 2);
  assert.equal(service.guests[0]?.dead, true);
});

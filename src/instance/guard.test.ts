import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testConfiguration } from './guest-fixture.ts';
import { InstanceLostError } from '../model/errors.ts';
import { guarded } from './guard.ts';
import { MemoryDriver } from './testing/memory-driver.ts';

const configuration = testConfiguration();
const never = new AbortController().signal;
const silent = (): void => undefined;

async function startOne(driver = new MemoryDriver()) {
  const guard = guarded(driver);
  await guard.prepare(configuration, silent, never);
  const instance = await guard.start({ instanceId: 'i-one', configuration }, never);
  return { driver, guard, instance };
}

function destroys(driver: MemoryDriver): number {
  return driver.calls.filter((call) => call.startsWith('destroy')).length;
}

test('a start before prepare is refused and does not reach the driver', async () => {
  const driver = new MemoryDriver();
  await assert.rejects(guarded(driver).start({ instanceId: 'i-one', configuration }, never), /before `prepare`/);
  assert.deepEqual(driver.calls, []);
});

test('a start is refused while prepare is still going on', async () => {
  const driver = new MemoryDriver();
  const hold = Promise.withResolvers<void>();
  driver.onPrepare = () => hold.promise;
  const guard = guarded(driver);
  const preparing = guard.prepare(configuration, silent, never);
  await assert.rejects(guard.start({ instanceId: 'i-one', configuration }, never), /before `prepare`/);
  hold.resolve();
  await preparing;
  await guard.start({ instanceId: 'i-one', configuration }, never);
});

test('a configuration is prepared once, and again only if that failed', async () => {
  const driver = new MemoryDriver();
  const guard = guarded(driver);
  driver.onPrepare = async () => Promise.reject(new Error('no disk'));
  await assert.rejects(guard.prepare(configuration, silent, never), /no disk/);
  driver.onPrepare = async () => undefined;
  await Promise.all([guard.prepare(configuration, silent, never), guard.prepare(configuration, silent, never)]);
  await guard.prepare(configuration, silent, never);
  assert.deepEqual(driver.calls, ['prepare', 'prepare']);
});

test('an instance id is used by one instance at a time', async () => {
  const { guard, instance } = await startOne();
  await assert.rejects(guard.start({ instanceId: 'i-one', configuration }, never), /ids are used once/);
  await instance.destroy();
  await guard.start({ instanceId: 'i-one', configuration }, never);
});

test('destroying twice, at once and later, destroys once', async () => {
  const { driver, instance } = await startOne();
  await Promise.all([instance.destroy(), instance.destroy()]);
  await instance.destroy();
  assert.equal(destroys(driver), 1);
  assert.deepEqual(await instance.exited, { expected: true, detail: 'gone' });
});

test('an instance that dies by itself is destroyed, and its exit is unexpected', async () => {
  const { driver, instance } = await startOne();
  driver.instances.get('i-one')?.die();
  assert.equal((await instance.exited).expected, false);
  assert.equal(destroys(driver), 1);
  await instance.destroy();
  assert.equal(destroys(driver), 1);
});

test('an instance whose agent hangs up is destroyed', async () => {
  const { driver, instance } = await startOne();
  instance.channel(0).resume();
  driver.instances.get('i-one')?.agentEnd.end();
  await instance.exited;
  assert.equal(destroys(driver), 1);
});

test('channels of a dead instance are refused', async () => {
  const { instance } = await startOne();
  await instance.destroy();
  assert.throws(() => instance.channel(1), InstanceLostError);
  assert.equal(await instance.residentBytes(), 0);
});

test('an instance that comes up although its start was cancelled is destroyed', async () => {
  const driver = new MemoryDriver();
  const stop = new AbortController();
  driver.onStart = async () => stop.abort(new Error('not wanted any more'));
  const guard = guarded(driver);
  await guard.prepare(configuration, silent, never);
  await assert.rejects(guard.start({ instanceId: 'i-one', configuration }, stop.signal), /not wanted any more/);
  assert.equal(destroys(driver), 1);
});

test('a start that takes too long is given up, and the driver is told', async () => {
  const driver = new MemoryDriver();
  let fire = silent;
  const clock = {
    now: () => 0,
    wall: () => 0,
    timer: (_: number, call: () => void) => ((fire = call), { [Symbol.dispose]: silent }),
  };
  driver.onStart = (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      fire();
    });
  const guard = guarded(driver, { clock, startMsMax: 3_000 });
  await guard.prepare(configuration, silent, never);
  await assert.rejects(guard.start({ instanceId: 'i-one', configuration }, never), /did not start within 3 s/);
});

test('a sweep is refused while an instance lives', async () => {
  const { driver, guard, instance } = await startOne();
  await assert.rejects(guard.sweep(), /Sweep while 1 instances/);
  await instance.destroy();
  await guard.sweep();
  assert.equal(driver.calls.at(-1), 'sweep');
});

test('two who probe at the same time share one probe', async () => {
  const driver = new MemoryDriver();
  const guard = guarded(driver);
  await Promise.all([guard.probe(never), guard.probe(never)]);
  assert.deepEqual(driver.calls, ['probe']);
});

test('an exit is unexpected if the agent hung up before anybody asked for the end', async () => {
  const { driver, instance } = await startOne();
  instance.channel(0).resume();
  driver.instances.get('i-one')?.agentEnd.end();
  assert.equal((await instance.exited).expected, false);
});

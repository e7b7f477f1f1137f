import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, SimulatedService } from '../../../test/simulation/service.ts';

const of = (account: string): ReturnType<typeof functionOf> => functionOf('hello', { account });

test('a cold start says that nothing is kept, and a start on another path says nothing', async () => {
  const service = new SimulatedService();
  const { startPath, coldReason } = await service.run(of('1'));
  assert.deepEqual([startPath, coldReason], ['cold-instance', 'none-kept']);
  assert.equal((await service.run(of('1'))).coldReason, undefined);
});

test('one that came before the pool was full says that it was still booting', async () => {
  const service = new SimulatedService({ settings: { warm: [1, 4] } });
  service.warming.start();
  const { startPath, coldReason } = await service.run(of('1'));
  assert.deepEqual([startPath, coldReason], ['cold-instance', 'booting']);
});

test('one that came right after others says that all were taken', async () => {
  const service = new SimulatedService({ settings: { warm: [1, 4] } });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  const [first, second] = await service.clock.until(Promise.all([service.send(of('1')), service.send(of('2'))]));
  assert.deepEqual([first?.startPath, first?.coldReason], ['warm-instance', undefined]);
  assert.deepEqual([second?.startPath, second?.coldReason], ['cold-instance', 'all-taken']);
});

test('one that had to wait for memory says so', async () => {
  const service = new SimulatedService({ settings: { warm: [0, 4], memoryMb: 1_024 } });
  const first = await service.run(functionOf('hello', { account: '1', memoryMb: 512 }));
  assert.equal(first.startPath, 'cold-instance');
  const { startPath, coldReason } = await service.run(functionOf('hello', { account: '2', memoryMb: 512 }));
  assert.deepEqual([startPath, coldReason], ['cold-instance', 'no-memory']);
});

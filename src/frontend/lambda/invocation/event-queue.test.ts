import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../../test/simulation/service.ts';
import { VirtualClock } from '../../../../test/simulation/virtual-clock.ts';
import { CapacityError } from '../../../model/errors.ts';
import { limits } from '../../../model/limits.ts';
import { createLogger } from '../../logger.ts';
import { fakeWorkerManager, outcomeOf } from '../../testing/fake-worker-manager.ts';
import type { FakeWorkerManager } from '../../testing/fake-worker-manager.ts';
import { EventQueue } from './event-queue.ts';

interface Bench {
  readonly clock: VirtualClock;
  readonly manager: FakeWorkerManager;
  readonly queue: EventQueue;
  readonly warnings: string[];
  readonly accept: (requestId: string) => void;
}

function bench(): Bench {
  const clock = new VirtualClock();
  const manager = fakeWorkerManager();
  const warnings: string[] = [];
  const queue = new EventQueue(manager, clock, createLogger('warn', { write: (line) => void warnings.push(line) }));
  const accept = (requestId: string): void =>
    queue.accept({ function: functionOf('f'), requestId, payload: Buffer.from('{}'), receivedAt: clock.now() });
  return { clock, manager, queue, warnings, accept };
}

const full = (): Promise<never> => Promise.reject(new CapacityError('Full.', 1));

test('an accepted event that finds no capacity is run when there is some, once', async () => {
  const { clock, manager, warnings, accept } = bench();
  manager.behaviour = full;
  const names = Array.from({ length: 100 }, (_, nth) => `event ${nth}`);
  for (const name of names) accept(name);
  await clock.advance(600_000);
  manager.invocations.length = 0;
  manager.behaviour = async ({ payload }) => outcomeOf(payload);
  await clock.advance(60_000);
  assert.deepEqual(manager.invocations.map(({ requestId }) => requestId).sort(), [...names].sort());
  await clock.advance(limits.eventAgeMsMax);
  assert.equal(manager.invocations.length, names.length);
  assert.deepEqual(warnings, []);
});

test('an event is tried less and less often, and given up with a warning when it is too old', async () => {
  const { clock, manager, warnings, accept } = bench();
  manager.behaviour = full;
  accept('old');
  await clock.advance(7_000);
  assert.equal(manager.invocations.length, 4, 'at 0, 1, 3 and 7 s');
  await clock.advance(limits.eventAgeMsMax - 60_000);
  assert.equal(warnings.length, 0);
  await clock.advance(120_000);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /"requestId":"old".*could not be run/);
  const tries = manager.invocations.length;
  assert.ok(tries < 400, `${tries} tries`);
  await clock.advance(120_000);
  assert.equal(manager.invocations.length, tries);
});

test('events that back off count as waiting, and are lost with the others when the service stops', async () => {
  const { clock, manager, queue, accept } = bench();
  manager.behaviour = full;
  for (let nth = 0; nth < 1_000; nth += 1) accept(`${nth}`);
  await clock.advance(500);
  assert.throws(() => accept('one too many'), CapacityError);
  assert.equal(queue.stop(), 1_000);
  const tries = manager.invocations.length;
  await clock.advance(120_000);
  assert.equal(manager.invocations.length, tries);
});

test('an event that failed for another reason is not run again', async () => {
  const { clock, manager, warnings, accept } = bench();
  manager.behaviour = () => Promise.reject(new Error('broken'));
  accept('once');
  await clock.advance(120_000);
  assert.equal(manager.invocations.length, 1);
  assert.equal(warnings.length, 1);
});

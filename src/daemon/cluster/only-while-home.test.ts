import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestLease } from '../../cluster/testing/memory-log.ts';
import { StepClock } from '../../cluster/testing/step-clock.ts';
import type { EventParts } from '../../frontend/events.ts';
import { outcomeOf } from '../../frontend/testing/fake-worker-manager.ts';
import { functionOf } from '../../../test/simulation/service.ts';
import { onlyWhileHome } from './only-while-home.ts';

const invocation = { function: functionOf('f'), requestId: 'r', payload: new Uint8Array(), receivedAt: 0 };
const never = new AbortController().signal;
const post = { url: new URL('http://127.0.0.1/'), headers: {}, body: new Uint8Array() };

type Guarded = Pick<EventParts, 'workerManager' | 'poster' | 'clock'>;

function guarded(): {
  readonly parts: Guarded;
  readonly lease: TestLease;
  readonly clock: StepClock;
  readonly done: string[];
} {
  const done: string[] = [];
  const clock = new StepClock();
  const lease = new TestLease('shard-0', 1n);
  const posted = async (): Promise<{ status: number; text: string }> => {
    done.push('posted');
    return { status: 200, text: '' };
  };
  const parts: Guarded = {
    clock,
    workerManager: {
      invoke: async ({ receivedAt }) => {
        done.push(`ran, received at ${receivedAt}`);
        return outcomeOf(new Uint8Array());
      },
    },
    poster: { within: posted, freely: posted },
  };
  return { parts: onlyWhileHome(parts, lease), lease, clock, done };
}

test('nothing is begun while the lease is suspended, and all of it afterwards, once', async () => {
  const { parts, lease, clock, done } = guarded();
  lease.suspend();
  const begun = [
    parts.workerManager.invoke(invocation, never),
    parts.poster.freely(post),
    parts.poster.within('000000000000', 'f', functionOf('f'), post),
  ];
  await clock.pass(7_000);
  assert.deepEqual(done, []);
  lease.resume();
  await Promise.all(begun);
  assert.deepEqual(done.toSorted(), ['posted', 'posted', 'ran, received at 7000']);
});

test('what waits for a lease that is lost is begun by nobody here', async () => {
  const { parts, lease, done } = guarded();
  lease.suspend();
  const gone = new AbortController();
  const left = assert.rejects(parts.workerManager.invoke(invocation, gone.signal), { name: 'AbortError' });
  gone.abort();
  await left;
  const refused = [parts.workerManager.invoke(invocation, never), parts.poster.freely(post)].map((one) =>
    assert.rejects(one, { name: 'StoppingError' }),
  );
  await lease.release();
  await Promise.all(refused);
  await assert.rejects(parts.workerManager.invoke(invocation, never), { name: 'StoppingError' });
  assert.deepEqual(done, []);
});

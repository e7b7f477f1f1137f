import type { BarrierRequest, LatchRequest, SharedReply } from '../../api/sharing.ts';
import type { Caller } from '../lifetime/home.ts';
import type { Asker } from '../lifetime/seat.ts';
import type { Shelf } from '../lifetime/shelf.ts';
import { done } from '../replies.ts';
import { Barrier } from './barrier.ts';
import { Latch } from './latch.ts';

// Waiting for each other: what is asked of barriers, which open again and again, and of latches, which open once. The account calls these,
// one for each request.
//
// Each of these does what is asked before it first awaits, so that requests take effect in the order of their calls.

export async function barrierReply(
  barriers: Shelf<Barrier>,
  request: BarrierRequest,
  asker: Asker,
): Promise<SharedReply> {
  const { name, parties } = request;
  const use = <Result>(act: (barrier: Barrier, caller: Caller) => Result): Result =>
    barriers.use(
      name,
      asker,
      (home) => new Barrier(home, parties),
      (barrier, caller) => {
        barrier.checkAgreed(parties);
        return act(barrier, caller);
      },
    );
  switch (request.op) {
    case 'wait':
      return { type: 'arrived', index: await use((barrier, caller) => barrier.wait(caller)) };
    default: // reset
      use((barrier) => barrier.reset());
      return done;
  }
}

export async function latchReply(latches: Shelf<Latch>, request: LatchRequest, asker: Asker): Promise<SharedReply> {
  const { name, count } = request;
  const use = <Result>(act: (latch: Latch, caller: Caller) => Result): Result =>
    latches.use(
      name,
      asker,
      (home) => new Latch(home, count),
      (latch, caller) => {
        latch.checkAgreed(count);
        return act(latch, caller);
      },
    );
  switch (request.op) {
    case 'countDown':
      return { type: 'remaining', count: use((latch) => latch.countDown(request.n)) };
    default: // wait
      await use((latch, caller) => latch.wait(caller));
      return done;
  }
}

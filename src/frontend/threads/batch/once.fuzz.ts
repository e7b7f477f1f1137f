import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../../model/clock.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import type { ThreadEnd } from '../../../protocol/session/session-messages.ts';
import { decodeBatch, encodeTurnEnd } from '../../../protocol/threads/batch.ts';
import { laneKinds, laneMessage } from '../../../protocol/threads/lane.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import { ServedThread } from '../served-thread.ts';
import { KindQueue } from './kind-queue.ts';

// Containers whose every step is one draw: they write `next`, look for `recall` and run, as the runtime does; the host hears of
// what they wrote in any of the moments after, and of all of it when it syncs. Whatever the order, no thread runs twice.

type Step = 'container' | 'deliver' | 'time' | 'cancel' | 'crash';
const steps: Step[] = ['container', 'container', 'container', 'container', 'deliver', 'time', 'cancel', 'crash'];
const turn = { waited: false, ranMs: 0.01, cpuMs: 0.01, memoryPeakMb: 1 };
const letAllFollow = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

class Container {
  over = false;
  readonly #calls: string[];
  readonly #invocation: Invocation;
  readonly #ran: string[];
  readonly #settle: PromiseWithResolvers<InvocationOutcome>;
  readonly #said: Uint8Array[] = [];
  #recalled = false;
  #state: 'writes' | 'looks' | 'runs' = 'runs';

  constructor(invocation: Invocation, ran: string[], settle: PromiseWithResolvers<InvocationOutcome>) {
    this.#invocation = invocation;
    this.#ran = ran;
    this.#settle = settle;
    this.#calls = (decodeBatch(invocation.payload) ?? []).map(String);
    const { watcher } = invocation;
    watcher?.placed({
      send: () => (this.#recalled = true),
      drained: async () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      renew: () => undefined,
      synced: async () => {
        while (this.deliver());
      },
    });
    watcher?.started('reused-container', 1);
    invocation.cancel?.addEventListener('abort', () => this.end(() => settle.reject(new Error('cut'))));
  }

  step(): void {
    if (this.#state === 'runs') {
      this.#ran.push(this.#calls.shift() ?? 'nothing');
      this.#state = 'writes';
    } else if (this.#state === 'looks') {
      if (this.#recalled) this.#answer(encodeTurnEnd(turn));
      else this.#state = 'runs';
    } else if (this.#calls.length === 0 || this.#recalled)
      this.#answer(encodeTurnEnd({ ...turn, result: Buffer.of(1) }));
    else {
      this.#said.push(laneMessage(laneKinds.next, encodeTurnEnd({ ...turn, result: Buffer.of(1) })));
      this.#state = 'looks';
    }
  }

  deliver(): boolean {
    const data = this.#said.shift();
    if (data !== undefined) this.#invocation.watcher?.received(data);
    return data !== undefined;
  }

  /** As a process that dies: what it wrote comes through, then nothing. */
  crash(): void {
    while (this.deliver());
    this.end(() => this.#settle.reject(new Error('crashed')));
  }

  end(settle: () => void): void {
    if (this.over) return;
    this.over = true;
    settle();
  }

  #answer(payload: Uint8Array): void {
    while (this.deliver());
    const ids = { instanceId: 'i', containerId: 'c', log: '', startPath: 'reused-container' } as const;
    const numbers = { startMs: 0, durationMs: 0, memoryPeakMb: 1 };
    this.end(() => this.#settle.resolve({ result: { ok: true, payload }, ...ids, ...numbers }));
  }
}

class Machine {
  readonly ran: string[] = [];
  readonly containers = new Set<Container>();
  readonly timers = new Set<() => void>();
  readonly manager: Pick<WorkerManager, 'invoke'> = {
    invoke: (invocation) => {
      const settle = Promise.withResolvers<InvocationOutcome>();
      const container = new Container(invocation, this.ran, settle);
      this.containers.add(container);
      return settle.promise.finally(() => this.containers.delete(container));
    },
  };
  readonly clock: Clock = {
    now: () => 0,
    wall: () => 0,
    timer: (_, fire) => {
      this.timers.add(fire);
      return { [Symbol.dispose]: () => void this.timers.delete(fire) };
    },
  };

  take(step: Step, pick: number, threads: readonly ServedThread[]): void {
    const running = [...this.containers].filter(({ over }) => !over);
    const container = running[pick % Math.max(1, running.length)];
    if (step === 'container') container?.step();
    else if (step === 'deliver') container?.deliver();
    else if (step === 'crash') container?.crash();
    else if (step === 'cancel') threads[pick % threads.length]?.kill();
    else
      for (const fire of this.timers) {
        this.timers.delete(fire);
        fire();
      }
  }
}

test('no thread runs twice, and each ends once, whatever is taken back, cut or crashes when', async () => {
  const draw = fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat(100)), { minLength: 10, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(draw, fc.integer({ min: 4, max: 24 }), async (drawn, count) => {
      const machine = new Machine();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing of it is looked at here
      const fn = {} as FunctionVersion;
      const { manager: workerManager, clock } = machine;
      const queue = new KindQueue(fn, { workerManager, clock, processors: 2 });
      const ends = new Map<string, ThreadEnd[]>();
      const add = (n: number): ServedThread => {
        const thread = new ServedThread({ thread: `t${n}`, name: '', detached: false, parts: false }, 0);
        const told: ThreadEnd[] = [];
        ends.set(thread.id, told);
        thread.onEnd(async (end) => void told.push(end));
        queue.add({ thread, call: Buffer.from(thread.id), receivedAt: n });
        return thread;
      };
      const finish = async (): Promise<void> => {
        for (let n = 0; n < 100 + 10 * count && !queue.idle; n++) {
          await letAllFollow();
          for (const container of machine.containers) container.step();
        }
      };
      // The first one shows that they are short.
      const first = add(0);
      await finish();
      assert.ok(first.end?.ok, 'the first one did not run');
      const threads = Array.from({ length: count }, (_, n) => add(n + 1));
      for (const [step, pick] of drawn) {
        await letAllFollow();
        machine.take(step, pick, threads);
      }
      await finish();
      assert.ok(queue.idle, 'something never ended');
      assert.deepEqual(machine.ran.length, new Set(machine.ran).size, machine.ran.join(' '));
      for (const [id, told] of ends) assert.equal(told.length, 1, `${id} ended ${told.length} times`);
      for (const thread of threads)
        if (thread.end?.ok === true)
          assert.ok(machine.ran.includes(thread.id), `${thread.id} has a result, and never ran`);
    }),
    { numRuns: 300 },
  );
});

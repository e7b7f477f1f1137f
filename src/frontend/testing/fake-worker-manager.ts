import type { Invocation, InvocationOutcome } from '../../model/invocation.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';
import type { Readiness, WorkerManager, WorkerObserver } from '../../worker-manager/contract.ts';

/** What a fake does with an invocation; throws what a real one would throw. */
export type Behaviour = (invocation: Invocation, signal: AbortSignal) => Promise<InvocationOutcome>;

/** Stands in for the worker manager where only the frontend is tested: no instance, the answer comes from a function. */
export interface FakeWorkerManager extends WorkerManager {
  behaviour: Behaviour;
  state: ServiceSnapshot;
  ready: Readiness;
  readonly invocations: Invocation[];
  readonly retired: { account: string; functionName: string; keepRevisionId: string | undefined }[];
}

/** An outcome with this answer; the rest is made up. */
export function outcomeOf(payload: Uint8Array, more: Partial<InvocationOutcome> = {}): InvocationOutcome {
  return {
    result: { ok: true, payload },
    startPath: 'reused-container',
    startMs: 0.25,
    durationMs: 1.5,
    memoryPeakMb: 40,
    instanceId: 'i-fake',
    containerId: 'c-fake',
    log: '',
    ...more,
  };
}

/** Answers every invocation with its own payload, unless told otherwise. */
export function fakeWorkerManager(observer?: WorkerObserver): FakeWorkerManager {
  const fake: FakeWorkerManager = {
    behaviour: async ({ payload }) => outcomeOf(payload),
    state: { warming: [], instances: [], queue: { length: 0, max: 100 } },
    ready: { ready: true, path: 'warm-instance', blanks: 2, making: 0 },
    invocations: [],
    retired: [],
    async invoke(invocation, signal) {
      fake.invocations.push(invocation);
      const outcome = await fake.behaviour(invocation, signal);
      observer?.invoked(invocation.function, invocation.requestId, outcome);
      return outcome;
    },
    retire: (account, functionName, keepRevisionId) =>
      void fake.retired.push({ account, functionName, keepRevisionId }),
    readiness: () => fake.ready,
    snapshot: () => fake.state,
    stop: async () => undefined,
  };
  return fake;
}

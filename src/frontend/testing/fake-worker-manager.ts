import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { Expectation, PreparationAnswer } from '../../model/preparations.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';
import type {
  CallsUse,
  ProvisionedKey,
  ProvisionedPart,
  ProvisionedState,
  Readiness,
  WorkerManager,
  WorkerObserver,
} from '../../worker-manager/contract.ts';

/** What a fake does with an invocation; throws what a real one would throw. */
export type Behaviour = (invocation: Invocation, signal: AbortSignal) => Promise<InvocationOutcome>;

/** Stands in for the worker manager where only the frontend is tested: no instance, the answer comes from a function. */
export interface FakeWorkerManager extends WorkerManager {
  behaviour: Behaviour;
  state: ServiceSnapshot;
  ready: Readiness;
  readonly invocations: Invocation[];
  readonly expectations: Expectation[];
  /** What it answers to those; all is taken where it is not said. */
  preparation: PreparationAnswer | undefined;
  readonly provisions: { key: ProvisionedKey; parts: readonly ProvisionedPart[] }[];
  provisionedState: ProvisionedState | undefined;
  readonly reserved: { account: string; functionName: string; concurrency: number | undefined }[];
  readonly retired: { account: string; functionName: string; keepRevisionId: string }[];
  use: CallsUse;
  /** Of these accounts. */
  readonly limitsChanges: string[];
  readonly removals: { account: string; functionName: string; version: string | undefined }[];
  readonly portionsOver: { account: string; program: string; group: string | undefined }[];
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
    state: { warming: [], instances: [], queue: { length: 0, max: 100 }, preparations: [] },
    ready: { ready: true, path: 'warm-instance', blanks: 2, making: 0 },
    invocations: [],
    expectations: [],
    preparation: undefined,
    reserved: [],
    provisions: [],
    provisionedState: undefined,
    retired: [],
    removals: [],
    portionsOver: [],
    use: { concurrency: 0, memoryMb: 0 },
    limitsChanges: [],
    async invoke(invocation, signal) {
      fake.invocations.push(invocation);
      const outcome = await fake.behaviour(invocation, signal);
      observer?.invoked(invocation.function, invocation.requestId, outcome);
      return outcome;
    },
    prepare: (expectation) => {
      fake.expectations.push(expectation);
      return fake.preparation ?? { taken: expectation.count, ready: 0, refused: [] };
    },
    provision: (key, parts) => void fake.provisions.push({ key, parts }),
    provisioned: () => fake.provisionedState,
    reserve: (account, functionName, concurrency) => void fake.reserved.push({ account, functionName, concurrency }),
    retire: (account, functionName, keepRevisionId) =>
      void fake.retired.push({ account, functionName, keepRevisionId }),
    removed: (account, functionName, version) => void fake.removals.push({ account, functionName, version }),
    portionsEnded: (account, program, group) => void fake.portionsOver.push({ account, program, group }),
    readiness: () => fake.ready,
    snapshot: () => fake.state,
    refusal: async () => undefined,
    useOf: () => fake.use,
    limitsChanged: (account) => void fake.limitsChanges.push(account),
    stop: async () => undefined,
  };
  return fake;
}

import type { CodeBundle } from '../../src/model/functions/code.ts';
import { instanceOverheadMb, type Blanks, type Configuration } from '../../src/model/runtimes/configuration.ts';
import type { Capacity, FunctionVersion } from '../../src/model/functions/function.ts';
import type { Invocation, InvocationOutcome } from '../../src/model/invocations/invocation.ts';
import { recordOf } from '../../src/store/testing/record-of.ts';
import { KnownFunctions } from '../../src/warming-pool/forecast/known-functions.ts';
import { MemoryBudget } from '../../src/warming-pool/memory-budget.ts';
import type { StartGuest } from '../../src/warming-pool/contract.ts';
import { WarmingPool } from '../../src/warming-pool/warming-pool.ts';
import type { CallLimits, Processors, WorkerObserver } from '../../src/worker-manager/contract.ts';
import { LocalWorkerManager } from '../../src/worker-manager/manager.ts';
import { seededRandom } from './random.ts';
import { type Behaviour, SimulatedGuest, type Witness, type World } from './simulated-guest.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Settings of a small service, times in milliseconds; tests change what they are about. */
export const smallSettings = {
  region: 'eu-central-1',
  containerIdleMs: 60_000,
  instanceIdleMs: 60_000,
  instanceLifeMs: 3_600_000,
  memoryMb: 16_384,
  queueMax: 100,
  queueWaitMs: 10_000,
  surplusIdleMs: 60_000,
  /** Instances kept warm: at least, at most. */
  warm: [0, 0] as readonly [min: number, max: number],
};

/** What a handler does unless a test says otherwise: starts in 1 ms, initialises in 5, runs for 10. */
export const plain: Behaviour = { startMs: 1, initMs: 5, runMs: 10, end: 'ok' };

let requests = 0;

/** A function version for tests. */
export function functionOf(name: string, rest: Partial<FunctionVersion> = {}): FunctionVersion {
  const code = { codeSha256: 'c2hh', codeBytes: 1_000 };
  return recordOf(name, { account: '111111111111', revisionId: `${name}-1`, ...code, environment: {}, ...rest }).latest;
}

export interface SimulatedServiceOptions {
  readonly settings?: Partial<typeof smallSettings>;
  readonly world?: Partial<Omit<World, 'clock'>>;
  readonly startGuest?: (guest: () => SimulatedGuest, signal: AbortSignal) => Promise<SimulatedGuest>;
  readonly observer?: Partial<WorkerObserver>;
  readonly codeSource?: () => Promise<CodeBundle>;
  readonly coldStartsMax?: number;
  readonly concurrency?: number;
  readonly capacityByAccount?: Readonly<Record<string, Capacity>>;
  /** Calls that an account may have at once. */
  readonly accountConcurrency?: number;
  /** In place of that, what may change. */
  readonly callLimits?: CallLimits;
  readonly processors?: Processors;
  readonly exactCallTimes?: boolean;
  readonly witness?: Witness;
  readonly seed?: number;
  /** Blank containers that should be ready whatever is known. */
  readonly basis?: Blanks;
  readonly containersMax?: number;
  readonly instanceMb?: number;
}

const nothing = (): void => undefined;

/** The real pool, placement, manager and reaper on simulated instances and time. */
export class SimulatedService {
  readonly clock: VirtualClock = new VirtualClock();
  readonly guests: SimulatedGuest[] = [];
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly manager: LocalWorkerManager;
  readonly known: KnownFunctions;

  constructor(options: SimulatedServiceOptions = {}) {
    const { clock } = this;
    const settings = { ...smallSettings, ...options.settings };
    const random = seededRandom(options.seed ?? 1);
    const world: World = {
      clock,
      containerMs: () => 40,
      killMs: () => 2,
      destroyMs: () => 20,
      behaviour: () => plain,
      ...options.world,
    };
    const make = (configuration: Configuration): SimulatedGuest => {
      const guest = new SimulatedGuest(configuration, world, options.witness);
      this.guests.push(guest);
      return guest;
    };
    const boot = options.startGuest ?? (async (guest) => (await clock.sleep(200), guest()));
    const startGuest: StartGuest = (configuration, signal) => boot(() => make(configuration), signal);
    this.memory = new MemoryBudget(settings.memoryMb);
    const observer: WorkerObserver = {
      invoked: nothing,
      refused: nothing,
      instanceStarted: nothing,
      instanceEnded: nothing,
      instanceFailed: nothing,
      ...options.observer,
    };
    const { containersMax = 4, instanceMb = 10_240, basis = { 'nodejs24.x': 2 } } = options;
    this.known = new KnownFunctions(() => clock.wall(), basis);
    const shape = {
      containersMax,
      memoryMb: Math.min(instanceMb, settings.memoryMb - instanceOverheadMb),
      heapsBySize: false,
    };
    const common = { clock, memory: this.memory, shape, startGuest, observer, random };
    const [min, max] = settings.warm;
    const { instanceLifeMs } = settings;
    const concurrency = options.concurrency ?? 1;
    this.warming = new WarmingPool({ ...common, min, max, instanceLifeMs, concurrency, expectation: this.known });
    this.known.onChange = () => this.warming.expectationChanged();
    this.manager = new LocalWorkerManager({
      ...common,
      settings,
      known: this.known,
      warming: this.warming,
      processors: options.processors ?? { count: 4, full: () => false },
      networkFor: () => undefined,
      exactCallTimes: options.exactCallTimes ?? true,
      codeSource: options.codeSource ?? (() => Promise.resolve({ sha256: 'c2hh', files: [], bytes: 0 })),
      capacityByAccount: options.capacityByAccount ?? {},
      ...(options.callLimits ?? { concurrencyMaxOf: () => options.accountConcurrency ?? Infinity }),
      coldStartsMax: options.coldStartsMax ?? 2,
    });
  }

  request(fn: FunctionVersion, tenantId?: string): Invocation {
    const requestId = `r-${(requests += 1)}`;
    const tenant = tenantId === undefined ? {} : { tenantId };
    return { function: fn, requestId, payload: Buffer.from('{}'), receivedAt: this.clock.now(), ...tenant };
  }

  /** Sends a request now. */
  send(
    fn: FunctionVersion,
    signal: AbortSignal = new AbortController().signal,
    tenantId?: string,
  ): Promise<InvocationOutcome> {
    const outcome = this.manager.invoke(this.request(fn, tenantId), signal);
    outcome.catch(nothing); // Looked at later.
    return outcome;
  }

  /** Sends a request and moves time until it is answered. */
  run(fn: FunctionVersion): Promise<InvocationOutcome> {
    return this.clock.until(this.send(fn));
  }
}

/** A function error's body. */
export function errorOf(outcome: InvocationOutcome): { errorType?: string; errorMessage?: string } {
  return outcome.result.ok ? {} : JSON.parse(Buffer.from(outcome.result.payload).toString());
}

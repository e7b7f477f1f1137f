import assert from 'node:assert/strict';
import type { InstanceExit } from '../../src/instance/contract.ts';
import type {
  ContainerExit,
  ContainerInvocation,
  Guest,
  GuestContainer,
  RuntimeAnswer,
} from '../../src/instance/guest.ts';
import type { CodeBundle } from '../../src/model/functions/code.ts';
import { blankKinds, type Configuration, type BlankKind } from '../../src/model/runtimes/configuration.ts';
import { limits } from '../../src/model/limits.ts';
import type { RuntimeInit } from '../../src/protocol/messages.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a container does with one invocation; all times in milliseconds. */
export interface Behaviour {
  /** Until `started`. */
  readonly startMs: number;
  /** Module initialisation, where this invocation does it. */
  readonly initMs: number;
  /** Undefined: never. */
  readonly runMs: number | undefined;
  /** Part of a processor that it wants while it runs; 0.05 where nothing is said. */
  readonly share?: number;
  /** What its runtime says that it had of processors, ms, where that is not what is so. */
  readonly toldMs?: number;
  readonly prints?: readonly string[];
  readonly end:
    | 'ok'
    | 'error'
    | 'init-error'
    | 'uncaught'
    | 'crash-before-start'
    | 'crash'
    | 'memory'
    | 'instance-dies';
}

/** How simulated instances behave. */
export interface World {
  readonly clock: VirtualClock;
  /** Undefined: the container cannot be made. */
  containerMs(): number | undefined;
  killMs(): number;
  destroyMs(): number;
  behaviour(invocation: ContainerInvocation): Behaviour;
}

/** Told of what a real instance could not see, to check that it never happens. */
export interface Witness {
  instanceBegan(guest: SimulatedGuest): void;
  /** Nothing of it is left. */
  instanceEnded(guest: SimulatedGuest): void;
  containerBegan(container: SimulatedContainer): void;
  codeLoaded(container: SimulatedContainer): void;
  containerEnded(container: SimulatedContainer): void;
  /** User code begins to run for a request. */
  codeBegan(container: SimulatedContainer, requestId: string): void;
}

const nothing = (): void => undefined;
const silent: Witness = {
  instanceBegan: nothing,
  instanceEnded: nothing,
  containerBegan: nothing,
  codeLoaded: nothing,
  containerEnded: nothing,
  codeBegan: nothing,
};
let ids = 0;

/** An instance that exists only on paper, and insists on the contract of its interface. */
export class SimulatedGuest implements Guest {
  readonly id: string = `i-${(ids += 1)}`;
  readonly configuration: Configuration;
  readonly firstContainers: readonly SimulatedContainer[];
  readonly world: World;
  readonly witness: Witness;
  readonly alive: Set<SimulatedContainer> = new Set();
  /** The one whose code is or was in it. */
  account: string | undefined;
  /** For whom code ran in it: a tenant, or nobody in particular (`undefined`). At most one. */
  readonly tenants: Set<string | undefined> = new Set();
  containersLeft: number = limits.channelsPerInstance - 1;
  dead = false;
  resting = false;
  readonly #exited: PromiseWithResolvers<InstanceExit> = Promise.withResolvers();
  readonly exited: Promise<InstanceExit> = this.#exited.promise;
  #destroyed: Promise<void> | undefined;
  destroyedAt: number | undefined;

  constructor(configuration: Configuration, world: World, witness: Witness = silent) {
    this.configuration = configuration;
    this.world = world;
    this.witness = witness;
    this.witness.instanceBegan(this);
    this.firstContainers = blankKinds.flatMap((runtime) =>
      Array.from({ length: configuration.blanks[runtime] ?? 0 }, () => this.#container(runtime)),
    );
  }

  async makeContainer(runtime: BlankKind, signal: AbortSignal): Promise<SimulatedContainer> {
    assert.ok(!this.dead, 'A container is asked of a dead instance.');
    assert.ok(!this.resting, 'A container is asked of an instance that rests.');
    assert.ok(this.containersLeft > 0, 'A container is asked of an instance without channels.');
    this.containersLeft -= 1;
    const ms = this.world.containerMs();
    await this.world.clock.sleep(ms ?? 50);
    signal.throwIfAborted();
    if (this.dead) throw new Error('The instance died.');
    if (ms === undefined) throw new Error('The container could not be made.');
    this.containersLeft += 1;
    return this.#container(runtime);
  }

  processorMs(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map([...this.alive].map(({ id, processorMs }) => [id, processorMs])));
  }

  rest(): void {
    for (const container of this.alive) assert.ok(!container.running, 'An instance rests while code runs in it.');
    this.resting = true;
  }

  wake(): void {
    this.resting = false;
  }

  async hold(): Promise<void> {}

  warmUp(): Promise<void> {
    return Promise.resolve();
  }

  residentBytes(): Promise<number> {
    return Promise.resolve(0);
  }

  /** It dies by itself. */
  die(expected = false): void {
    if (this.dead) return;
    this.dead = true;
    for (const container of this.alive) container.endItself({ reason: 'instance-lost', code: null, signal: null });
    this.#exited.resolve({ expected, detail: expected ? 'destroyed' : 'died' });
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroy();
    return this.#destroyed;
  }

  async #destroy(): Promise<void> {
    await this.world.clock.sleep(this.world.destroyMs());
    this.die(true);
    this.destroyedAt = this.world.clock.now();
    this.witness.instanceEnded(this);
  }

  #container(runtime: BlankKind): SimulatedContainer {
    this.containersLeft -= 1;
    const container = new SimulatedContainer(this, runtime);
    this.alive.add(container);
    this.witness.containerBegan(container);
    return container;
  }
}

/** One container in it. */
export class SimulatedContainer implements GuestContainer {
  readonly id: string = `c-${(ids += 1)}`;
  readonly instance: SimulatedGuest;
  readonly kind: BlankKind;
  loaded: RuntimeInit | undefined;
  readonly requests: string[] = [];
  #running: ((error: Error) => void) | undefined;
  #processorMs = 0;
  /** The call that runs: since when, and what share of a processor it wants. */
  #call: { readonly at: number; readonly share: number } | undefined;
  readonly #exited: PromiseWithResolvers<ContainerExit> = Promise.withResolvers();
  readonly exited: Promise<ContainerExit> = this.#exited.promise;
  dead = false;

  constructor(instance: SimulatedGuest, runtime: BlankKind) {
    this.instance = instance;
    this.kind = runtime;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** What its calls have wanted of processors until now. */
  get processorMs(): number {
    const { clock } = this.instance.world;
    return this.#processorMs + (this.#call === undefined ? 0 : (clock.now() - this.#call.at) * this.#call.share);
  }

  async load(_sha256: string, code: () => Promise<CodeBundle>, init: RuntimeInit): Promise<void> {
    assert.equal(this.loaded, undefined, 'A container was loaded twice.');
    assert.ok(!this.instance.resting, 'A container is loaded in an instance that rests.');
    const account = init.functionArn.split(':')[4];
    if (this.dead) throw new Error('The container died.');
    this.instance.account ??= account;
    assert.equal(account, this.instance.account, 'Code of two accounts met in one instance.');
    assert.ok(
      [...this.instance.alive].reduce((sum, { loaded }) => sum + (loaded?.memoryMb ?? 0), init.memoryMb) <=
        this.instance.configuration.memoryMb,
      'An instance was given more than it has.',
    );
    this.loaded = init;
    this.instance.witness.codeLoaded(this);
    await code();
    if (this.dead) throw new Error('The container died.');
  }

  unheard(): string {
    return '';
  }

  readonly hasExtensions = false;

  end(): Promise<void> {
    return this.kill();
  }

  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    assert.ok(this.loaded, 'A blank container was invoked.');
    assert.equal(this.#running, undefined, 'Two invocations met in one container.');
    if (this.dead) return Promise.reject(new Error('The container is dead.'));
    if (invocation.initialise !== true) this.instance.tenants.add(invocation.tenantId);
    assert.ok(this.instance.tenants.size <= 1, 'Two tenants met in one instance.');
    const { promise, resolve, reject } = Promise.withResolvers<RuntimeAnswer>();
    this.#running = reject;
    const first = this.requests.length === 0;
    this.requests.push(invocation.requestId);
    void this.#run(invocation, first, resolve);
    return promise;
  }

  async kill(): Promise<void> {
    if (this.dead) return;
    await this.instance.world.clock.sleep(this.instance.world.killMs());
    this.endItself({ reason: 'killed', code: null, signal: 'SIGKILL' });
  }

  /** It ends by itself. */
  endItself(exit: ContainerExit): void {
    if (this.dead) return;
    this.dead = true;
    this.instance.alive.delete(this);
    this.instance.witness.containerEnded(this);
    this.#running?.(new Error(`The container ended: ${exit.reason}`));
    this.#exited.resolve(exit);
  }

  async #initialise({ initMs, end }: Behaviour, answer: (answer: RuntimeAnswer) => void): Promise<void> {
    await this.instance.world.clock.sleep(initMs);
    if (this.dead) return;
    if (end === 'init-error') {
      const error = { errorType: 'SyntaxError', errorMessage: 'Unexpected token' };
      answer({ ok: false, phase: 'init', error, memoryPeakMb: 30, initMs });
      return this.endItself({ reason: 'exit', code: 1, signal: null });
    }
    this.#running = undefined;
    answer({ ok: true, payload: Buffer.alloc(0), memoryPeakMb: 30, initMs });
  }

  async #run(invocation: ContainerInvocation, first: boolean, answer: (answer: RuntimeAnswer) => void): Promise<void> {
    const { clock } = this.instance.world;
    const behaviour = this.instance.world.behaviour(invocation);
    await clock.sleep(behaviour.startMs);
    if (this.dead) return;
    if (behaviour.end === 'crash-before-start') return this.endItself({ reason: 'exit', code: 1, signal: null });
    if (invocation.initialise === true) return await this.#initialise(behaviour, answer);
    this.instance.witness.codeBegan(this, invocation.requestId);
    const { share = 0.05, runMs } = behaviour;
    this.#call = { at: clock.now(), share };
    const took = (): Pick<RuntimeAnswer, 'cpuMs' | 'ranMs'> => {
      const ranMs = (runMs ?? 0) + (first ? behaviour.initMs : 0);
      this.#processorMs += ranMs * share;
      this.#call = undefined;
      return { ranMs, cpuMs: behaviour.toldMs ?? (runMs ?? 0) * share + (first ? behaviour.initMs : 0) };
    };
    invocation.onStarted();
    if (first) await clock.sleep(behaviour.initMs);
    if (this.dead) return;
    const initMs = first ? { initMs: behaviour.initMs } : {};
    if (behaviour.end === 'init-error') {
      const error = { errorType: 'SyntaxError', errorMessage: 'Unexpected token' };
      answer({ ok: false, phase: 'init', error, memoryPeakMb: 30, ...initMs });
      return this.endItself({ reason: 'exit', code: 1, signal: null });
    }
    if (first) invocation.onInitialised?.();
    for (const text of behaviour.prints ?? []) invocation.onLog(text);
    if (runMs === undefined) return;
    await clock.sleep(runMs);
    if (this.dead) return;
    if (behaviour.end === 'instance-dies') return this.instance.die();
    if (behaviour.end === 'crash') return this.endItself({ reason: 'exit', code: 1, signal: null });
    if (behaviour.end === 'memory') return this.endItself({ reason: 'memory', code: null, signal: 'SIGKILL' });
    this.#running = undefined;
    const measured = { memoryPeakMb: 40, ...initMs, ...took() };
    if (behaviour.end === 'ok') return answer({ ok: true, payload: invocation.payload, ...measured });
    const error = { errorType: 'Error', errorMessage: 'oh' };
    const exits = behaviour.end === 'uncaught' ? ({ exits: true } as const) : {};
    answer({ ok: false, phase: 'invoke', error, ...measured, ...exits });
    if (behaviour.end === 'uncaught') this.endItself({ reason: 'exit', code: 1, signal: null });
  }
}

import type { FunctionVersion } from '../../../src/model/functions/function.ts';
import { ContainerCaller } from '../../../src/prediction/profile/container-caller.ts';
import { ProfileBook } from '../../../src/prediction/profile/profile-book.ts';
import { Predictor } from '../../../src/prediction/predictor.ts';
import type { VirtualClock } from '../virtual-clock.ts';

const account = '000000000000';
/** What making a container ready takes of a processor, and what a call does, ms; what nobody has used for so long ends, ms. */
const initMs = 80;
const workMs = 5;
const idleMs = 20_000;
const processors = 2;

/** One call that a function makes: so long after it began, of so many at the same time, with this probability. */
export interface Step {
  readonly to: string;
  readonly afterMs: number;
  readonly together?: number;
  readonly probability?: number;
}

/** What functions do when they run; asked for each run. */
export type Program = (name: string) => readonly Step[];

/** What came of it. */
export interface Seen {
  /** Starts of functions that others called. */
  reused: number;
  cold: number;
  /** From the request to the end of what was asked for first, ms, summed up. */
  tookMs: number;
}

interface Container {
  readonly caller: ContainerCaller;
  /** Told what becomes of it, where it was prepared and not used. */
  came: ((how: 'used' | 'wasted') => void) | undefined;
  usedAt: number;
}

/** A service of two processors in which only time is real: containers are made, used and end as in the true one; calls and preparations want processors. */
export class SimulatedService {
  readonly seen: Seen = { reused: 0, cold: 0, tookMs: 0 };
  /** Containers that were prepared, and of these those that a call used and those that ended unused. */
  readonly prepared = { all: 0, used: 0, wasted: 0 };
  readonly predictor: Predictor;
  readonly #clock: VirtualClock;
  readonly #program: Program;
  readonly #book = new ProfileBook();
  readonly #idle = new Map<string, Container[]>();
  readonly #busy = new Map<string, number>();
  readonly #coming = new Map<string, Promise<Container>[]>();
  readonly #line: (() => void)[] = [];
  readonly #later: (() => void)[] = [];
  #free = processors;

  constructor(clock: VirtualClock, program: Program, predicts: boolean) {
    this.#clock = clock;
    this.#program = program;
    this.predictor = new Predictor({
      clock,
      book: this.#book,
      mayPrepare: () => predicts,
      supplyOf: ({ name }) => this.#supplyOf(name),
      waiting: () => this.#line.length > 0,
      resolve: async (_account, name) => versionOf(name),
      prepare: ({ name }, count, withinMs, _imminent, came) => this.#prepare(name, count, withinMs, came),
    });
  }

  /** A request from outside, to its end. */
  async request(name: string): Promise<void> {
    const from = this.#clock.now();
    await this.#run(name, false);
    this.seen.tookMs += this.#clock.now() - from;
  }

  async #run(name: string, inside: boolean): Promise<void> {
    const container = await this.#take(name, inside);
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    container.caller.begin();
    await this.#compute(workMs);
    container.caller.started();
    await Promise.all(this.#program(name).map((step) => this.#step(container, step)));
    container.caller.ended();
    this.#busy.set(name, (this.#busy.get(name) ?? 0) - 1);
    this.#rest(name, container, idleMs);
  }

  async #step(container: Container, { to, afterMs, together = 1 }: Step): Promise<void> {
    await this.#clock.sleep(afterMs);
    const called = { account, name: to, qualifier: '', function: versionOf(to) };
    const calls = Array.from({ length: together }, async () => {
      const returned = container.caller.calls(called, 'call');
      await this.#run(to, true);
      returned?.();
    });
    await Promise.all(calls);
  }

  async #take(name: string, inside: boolean): Promise<Container> {
    const idle = this.#idleOf(name).pop();
    const coming = idle === undefined ? this.#coming.get(name)?.shift() : undefined;
    const found = idle ?? (await coming);
    if (inside) this.seen[found === undefined ? 'cold' : 'reused'] += 1;
    if (found === undefined) {
      await this.#compute(initMs);
      return this.#newContainer(name);
    }
    if (found.came !== undefined) this.prepared.used += 1;
    found.came?.('used');
    found.came = undefined;
    return found;
  }

  #prepare(name: string, count: number, withinMs: number, came: (how: 'used' | 'wasted') => void): number {
    const missing = count - this.#idleOf(name).length;
    for (let n = 0; n < missing; n += 1) {
      this.prepared.all += 1;
      const made = this.#computeLater(initMs).then(() => this.#newContainer(name, came));
      const coming = this.#coming.get(name) ?? [];
      this.#coming.set(name, coming);
      coming.push(made);
      void made.then((container) => {
        const at = coming.indexOf(made);
        if (at === -1) return;
        void coming.splice(at, 1);
        this.#rest(name, container, withinMs);
      });
    }
    return Math.max(0, missing);
  }

  #rest(name: string, container: Container, forMs: number): void {
    const idle = this.#idleOf(name);
    container.usedAt = this.#clock.now();
    const since = container.usedAt;
    idle.push(container);
    this.#clock.timer(forMs, () => {
      const at = idle.indexOf(container);
      if (at === -1 || container.usedAt !== since) return;
      idle.splice(at, 1);
      if (container.came !== undefined) this.prepared.wasted += 1;
      container.came?.('wasted');
    });
  }

  /** Wants one of the processors for so long, in turn. */
  async #compute(ms: number): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#line.push(resolve));
    else this.#free -= 1;
    await this.#clock.sleep(ms);
    this.#release();
  }

  /** The same, as the true one prepares: not while calls want the processors. */
  async #computeLater(ms: number): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#later.push(resolve));
    else this.#free -= 1;
    await this.#clock.sleep(ms);
    this.#release();
  }

  #release(): void {
    const next = this.#line.shift() ?? this.#later.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  #supplyOf(name: string): { idle: number; busy: number; preparing: number } {
    return {
      idle: this.#idleOf(name).length,
      busy: this.#busy.get(name) ?? 0,
      preparing: this.#coming.get(name)?.length ?? 0,
    };
  }

  #idleOf(name: string): Container[] {
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    return idle;
  }

  #newContainer(name: string, came?: Container['came']): Container {
    const clock = this.#clock;
    const caller = new ContainerCaller({
      clock,
      profileOf: () => this.#book.of(account, name, clock.wall()),
      begun: (profile) => this.predictor.begun(profile),
      called: (target) => this.predictor.called(target),
    });
    return { caller, came, usedAt: clock.now() };
  }
}

function versionOf(name: string): FunctionVersion {
  return {
    account,
    name,
    version: '$LATEST',
    arn: `arn:aws:lambda:us-east-1:${account}:function:${name}`,
    revisionId: name,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    codeSha256: '',
    codeBytes: 0,
    memoryMb: 256,
    timeoutMs: 3_000,
    environment: {},
    description: '',
    role: '',
    modifiedAt: 0,
  };
}

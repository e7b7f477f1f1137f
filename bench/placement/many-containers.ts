import type { Guest, GuestContainer } from '../../src/instance/guest.ts';
import { systemClock } from '../../src/model/clock.ts';
import type { FunctionVersion } from '../../src/model/functions/function.ts';
import { MemoryBudget } from '../../src/warming-pool/memory-budget.ts';
import { ActivePool } from '../../src/worker-manager/active-pool/active-pool.ts';
import { Registry } from '../../src/worker-manager/active-pool/registry.ts';
import type { ActiveContainer, Code } from '../../src/worker-manager/active-pool/state.ts';
import { place, type PlacementView } from '../../src/worker-manager/placement/placement.ts';

const containersPerInstance = 50;
const containersPerFunction = 10;
const memoryMb = 128;
const never = new Promise<never>(() => undefined);
const nothing = (): void => undefined;

function containerOf(id: string): GuestContainer {
  const acts = { load: () => never, invoke: () => never, end: () => never, kill: () => never };
  return { id, kind: 'nodejs24.x', exited: never, hasExtensions: false, unheard: () => '', ...acts };
}

/** An instance that exists on paper. */
export function guestOf(id: string): Guest {
  const blanks = Array.from({ length: containersPerInstance + 1 }, (_, nth) => containerOf(`${id}-${nth}`));
  const configuration = { blanks: {}, containersMax: 64, memoryMb: 1e9, heapsBySize: false };
  const acts = {
    makeContainer: () => never,
    processorMs: () => never,
    hold: () => never,
    warmUp: () => never,
    destroy: () => never,
  };
  const rests = { rest: nothing, wake: nothing, residentBytes: () => never };
  return { id, configuration, firstContainers: blanks, containersLeft: 10, exited: never, ...acts, ...rests };
}

/** A function of an account. */
export function functionOf(account: string, name: string): FunctionVersion {
  const code = { codeSha256: 'c2hh', codeBytes: 1_000, handler: 'index.handler', environment: {} };
  const rest = { description: '', role: '', modifiedAt: 0, timeoutMs: 3_000, version: '$LATEST', revisionId: name };
  return { account, name, arn: `arn:${account}:${name}`, runtime: 'nodejs24.x', memoryMb, ...code, ...rest };
}

/** An active pool of the worker manager's own with so many containers, all holding code and idle, on instances that exist on paper. */
export class ManyContainers {
  readonly #active: ActivePool;
  readonly #codes: Code[] = [];
  readonly #memory = new MemoryBudget(1e9);
  readonly #asked: number;
  #next = 0;

  /** Requests are for `functionsAskedFor` functions, or for all there are. */
  constructor(containers: number, functionsAskedFor: number = Number.POSITIVE_INFINITY) {
    const registry = new Registry({ containersMax: 64, heapsBySize: false });
    this.#active = new ActivePool(registry);
    for (let made = 0; made < containers; made += containersPerInstance) {
      const account = String(100_000_000_000 + Math.floor(made / (containersPerInstance * 4)));
      const codes = Array.from({ length: containersPerInstance / containersPerFunction }, (_, nth) =>
        registry.begin(functionOf(account, `f${made}-${nth}`)),
      );
      const [first] = codes;
      if (first === undefined) continue;
      const guest = guestOf(`i-${made}`);
      const instance = this.#active.allocate(first.pool, guest, guest.firstContainers, 0, 0);
      for (const code of codes)
        for (let nth = 0; nth < containersPerFunction; nth += 1)
          this.#active.rest(this.#active.takeBlank(instance, code, 0), 0);
      this.#codes.push(...codes);
    }
    this.#asked = Math.min(functionsAskedFor, this.#codes.length);
  }

  /** Places one request, takes the container, and gives it back: what the manager does for a reused one, but running it. */
  reuse(): void {
    const code = this.#nextCode();
    const decision = place(this.#view(code));
    if (decision.by !== 'reuse') throw new Error(`It was placed by ${decision.by}, where an idle container was there.`);
    this.#active.reuse(decision.container, systemClock.now());
    this.#active.rest(decision.container, systemClock.now());
  }

  /** The same where all containers of the function are busy: it takes a blank one of its account. */
  fromBlank(): void {
    const code = this.#nextCode();
    const busy: ActiveContainer[] = [];
    for (let idle = code.idle.newest; idle !== undefined; idle = code.idle.newest) {
      this.#active.reuse(idle, 0);
      busy.push(idle);
    }
    const decision = place(this.#view(code));
    if (decision.by !== 'blank') throw new Error(`It was placed by ${decision.by}, where a blank container was there.`);
    for (const container of busy) this.#active.rest(container, 0);
  }

  /** Another one each time, in an order that no cache knows. */
  #nextCode(): Code {
    this.#next = (this.#next + 7_919) % this.#asked;
    const code = this.#codes[this.#next];
    if (code === undefined) throw new Error('There is no function.');
    return code;
  }

  #view(code: Code): PlacementView<ActiveContainer, ActiveContainer['instance'], never> {
    const active = this.#active;
    const memory = this.#memory;
    return {
      get idleContainer() {
        return code.idle.newest;
      },
      get blankInstance() {
        return active.blankInstance(code.pool, code.function.runtime, memoryMb);
      },
      get roomInstance() {
        return active.roomInstance(code.pool, memoryMb);
      },
      get replaceableContainer() {
        return code.pool.replaceable.oldest;
      },
      get evictableMb() {
        return active.idleMb;
      },
      memoryMb,
      overheadMb: 256,
      instanceMbMax: 1e9,
      memoryTotalMb: memory.totalMb,
      memoryFreeMb: memory.freeMb,
      memoryComingMb: 0,
      crowd: true,
      warmReady: 0,
      warmBlank: false,
      seated: false,
      makeSeat: undefined,
      coldSeat: undefined,
      makesSaturated: false,
      bootComing: false,
      coldStarting: 0,
      coldStartsMax: 2,
      coldMs: 300,
      containerMs: 60,
    };
  }
}

import { isNode } from '../../model/runtimes/configuration.ts';
import {
  hasExtensions,
  isKeyOf,
  reservedMb,
  versionKey,
  type FunctionVersion,
} from '../../model/functions/function.ts';
import { nodePlan } from '../../protocol/node-options.ts';
import type { ActiveInstance, Code } from '../active-pool/state.ts';
import type { ContainerMaker } from '../orders/container-maker.ts';
import type { Parts } from '../parts.ts';
import { load, type LoadParts } from '../running/load.ts';
import type { InstanceKeeper } from './instance-keeper.ts';

export interface AheadLoaderOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly maker: Pick<ContainerMaker, 'replenish'>;
  readonly loading: LoadParts;
  /** A container has come free. */
  readonly freed: () => void;
}

/** Of so many functions, those that were called or deployed last, a container is kept. */
const keptMax = 8;
/** One that was lost is made anew only where so much of all memory is free beside it: who was ended to make room is not in the way at once. */
const freeShare = 0.25;

/**
 * Functions whose environment asks for a Node that is started so (`protocol/node-options.ts`) would wait for that start in their first
 * call. So a container is given their code when they are deployed: its other Node starts, and waits for the call. Called by the manager
 * when a function is made ready, and for functions whose layers have extensions, which start so, too; what goes wrong here costs nothing but
 * the preparation.
 *
 * For the few that were called last, one is there for as long as nobody needs its memory: the reaper passes over it (`keeps`), and `review`,
 * called whenever containers have gone or an instance is ready, makes it again, also after the service has started.
 */
export class AheadLoader {
  readonly #o: AheadLoaderOptions;
  /** All that ask for a Node of their own, by `versionKey`. */
  readonly #own: Map<string, FunctionVersion> = new Map();
  /** Revisions for which it went wrong. */
  readonly #hopeless: Set<string> = new Set();
  #changed = false;
  #reviewing = false;
  /** Those that are being given their code, by revision. */
  readonly #loading: Map<string, Promise<void>> = new Map();

  constructor(options: AheadLoaderOptions) {
    this.#o = options;
  }

  /** A function is there, or has other code or another environment. */
  deployed(fn: FunctionVersion): void {
    if (startsAhead(fn)) this.#own.set(versionKey(fn), fn);
    else this.#own.delete(versionKey(fn));
    this.review();
  }

  removed(account: string, name: string, version: string | undefined): void {
    for (const key of this.#own.keys()) if (isKeyOf(key, account, name, version)) this.#own.delete(key);
  }

  /** Whether its last idle container is to stay, however long it is not used. */
  keeps(code: Code): boolean {
    return this.#own.size > 0 && this.#kept().some(({ revisionId }) => revisionId === code.function.revisionId);
  }

  /** Has one made for each of those that should have one and have not. */
  review(): void {
    this.#changed = this.#own.size > 0;
    if (!this.#changed || this.#reviewing) return;
    this.#reviewing = true;
    void this.#review().finally(() => (this.#reviewing = false));
  }

  async #review(): Promise<void> {
    const { memory } = this.#o;
    while (this.#changed) {
      this.#changed = false;
      for (const fn of this.#kept()) {
        const spareMb = memory.freeMb - reservedMb(fn);
        if (this.#hopeless.has(fn.revisionId) || !this.lacks(fn) || spareMb < memory.totalMb * freeShare) continue;
        await this.prepare(fn);
      }
    }
  }

  #kept(): FunctionVersion[] {
    const { known } = this.#o;
    const all = [...this.#own.values()];
    return all.toSorted((a, b) => known.lastUseOf(b) - known.lastUseOf(a)).slice(0, keptMax);
  }

  /** Whether the function has something that starts before it is called, and no container has one. */
  lacks(fn: FunctionVersion): boolean {
    if (!startsAhead(fn)) return false;
    const revisions = this.#o.registry.revisions(fn.account, fn.name);
    return !revisions.some((code) => code.function.revisionId === fn.revisionId && code.containers.size > 0);
  }

  /** Resolves when a container has the function's code, or will not have it. Never rejects. */
  async prepare(fn: FunctionVersion): Promise<void> {
    if (!startsAhead(fn)) return;
    const { registry } = this.#o;
    const code = registry.begin(fn);
    try {
      if (!code.retired && code.containers.size === 0) {
        const loading = this.#load(code).finally(() => this.#loading.delete(fn.revisionId));
        this.#loading.set(fn.revisionId, loading);
      }
      await this.#loading.get(fn.revisionId);
    } finally {
      registry.ended(code);
    }
  }

  async #load(code: Code): Promise<void> {
    const { active, clock, freed, keeper, loading, maker, memory } = this.#o;
    const fn = code.function;
    if (memory.freeMb < code.reservedMb) return;
    const instance = this.#instanceFor(code);
    if (instance === undefined || !memory.tryReserve(code.reservedMb)) return;
    const container = active.takeBlank(instance, code, clock.now());
    maker.replenish(instance);
    try {
      container.logStream = await load(container.guest, fn, loading);
    } catch {
      // Its code is missing or the container died: the first call finds out, and says so to whom it concerns.
      this.#hopeless.add(fn.revisionId);
      return void keeper.drop(container);
    }
    if (container.state === 'retiring') return;
    if (code.retired || instance.retiring) return void keeper.drop(container);
    active.rest(container, clock.now());
    freed();
  }

  #instanceFor({ kind, pool, reservedMb: neededMb }: Code): ActiveInstance | undefined {
    const { active, keeper, warming } = this.#o;
    const own = active.blankInstance(pool, kind, neededMb);
    if (own !== undefined || pool.usable) return own;
    const warm = warming.hasBlank(kind) ? warming.take(kind) : undefined;
    if (warm === undefined) return undefined;
    const instance = keeper.allocate(pool, warm);
    keeper.opened(instance);
    return instance.blanksOf(kind) > 0 ? instance : undefined;
  }
}

/** It asks for a Node of its own, which other runtimes have no use for, or has extensions; and whose container it would be is known. */
function startsAhead(fn: FunctionVersion): boolean {
  if (fn.tenancy !== undefined) return false;
  return hasExtensions(fn) || (isNode(fn.runtime) && nodePlan(fn.environment).by === 'own');
}

import { blankKindOf, blankKinds, instanceOverheadMb, type BlankKind } from '../../model/runtimes/configuration.ts';
import { reservedMb, type FunctionVersion } from '../../model/functions/function.ts';
import { shortName } from '../../model/short-name.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import { ownerKey, ownerOf } from '../active-pool/owner.ts';
import type { Registry } from '../active-pool/registry.ts';
import { codeKey, type AccountPool } from '../active-pool/state.ts';
import type { Concurrency } from '../concurrency/concurrency.ts';
import type { CallNeeds, HostLoad, HostStock, Outlook } from '../contract.ts';
import type { Parts } from '../parts.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { Runner } from '../running/runner.ts';
import { wantedByWaiting } from './wanted.ts';

/** Where it looks. */
export interface OutlookOptions extends Pick<Parts, 'memory' | 'processors'> {
  readonly shape: Pick<Parts['shape'], 'heapsBySize'>;
  readonly warming: Pick<Parts['warming'], 'evictableMb' | 'guests' | 'hasBlank'>;
  readonly active: Pick<ActivePool, 'blankInstance' | 'idleMb'>;
  readonly registry: Registry;
  readonly queue: FairQueue;
  readonly queueMax: number;
  readonly concurrency: Pick<Concurrency, 'computing' | 'waitingShares'>;
  readonly runner: Pick<Runner, 'running'>;
}

/** What other hosts are told of this one, and what this one compares itself by: read from the indexes that are there anyway. */
export class LocalOutlook implements Outlook {
  readonly load: HostLoad;
  readonly #o: OutlookOptions;

  constructor(options: OutlookOptions) {
    this.#o = options;
    this.load = new LiveLoad(options);
  }

  needsOf(fn: FunctionVersion, tenantId?: string): CallNeeds {
    const owner = ownerOf(fn, tenantId);
    return {
      code: shortName(codeKey(fn, owner)),
      owner: shortName(ownerKey(owner)),
      kind: blankKindOf(fn, this.#o.shape.heapsBySize),
      memoryMb: reservedMb(fn),
    };
  }

  idleOf(fn: FunctionVersion, tenantId?: string): number {
    const code = this.#o.registry.find(fn, tenantId);
    return code === undefined ? 0 : code.idle.size + code.ready.size;
  }

  holds(fn: FunctionVersion, tenantId?: string): boolean {
    return (this.#o.registry.find(fn, tenantId)?.containers.size ?? 0) > 0;
  }

  blankFor(fn: FunctionVersion, tenantId?: string): boolean {
    const { active, memory, registry, shape, warming } = this.#o;
    const memoryMb = reservedMb(fn);
    if (memory.freeMb < memoryMb) return false;
    const kind = blankKindOf(fn, shape.heapsBySize);
    const pool = registry.poolOf(ownerOf(fn, tenantId));
    return (pool !== undefined && active.blankInstance(pool, kind, memoryMb) !== undefined) || warming.hasBlank(kind);
  }

  stock(): HostStock {
    const { registry, warming } = this.#o;
    const codes = [];
    for (const { busy, containers, idle, key, ready, retired } of registry.codes)
      if (!retired && containers.size > 0)
        codes.push({ code: shortName(key), idle: idle.size + ready.size, busy: busy.size });
    const owners = [];
    for (const pool of registry.pools)
      if (pool.usable) owners.push({ owner: shortName(pool.key), blanks: blanksOf(pool) });
    const warm = new Map<BlankKind, number>();
    for (const { blanks } of warming.guests()) {
      for (const kind of new Set(Array.from(blanks, (blank) => blank.kind))) warm.set(kind, (warm.get(kind) ?? 0) + 1);
    }
    return { codes, owners, warm };
  }
}

function blanksOf(pool: AccountPool): ReadonlyMap<BlankKind, number> {
  const blanks = new Map<BlankKind, number>();
  for (const kind of blankKinds) {
    const count = pool.blankCount(kind);
    if (count > 0) blanks.set(kind, count);
  }
  return blanks;
}

class LiveLoad implements HostLoad {
  readonly #o: OutlookOptions;

  constructor(options: OutlookOptions) {
    this.#o = options;
  }

  get processors(): number {
    return this.#o.processors.count;
  }

  get wanted(): number {
    const { concurrency, queue } = this.#o;
    return concurrency.computing + concurrency.waitingShares + wantedByWaiting(queue);
  }

  get running(): number {
    return this.#o.runner.running;
  }

  get waiting(): number {
    return this.#o.queue.size;
  }

  get full(): boolean {
    return this.#o.queue.uncovered * 2 > this.#o.queueMax;
  }

  get memoryMb(): number {
    return this.#o.memory.totalMb - instanceOverheadMb;
  }

  get memoryFreeMb(): number {
    return this.#o.memory.freeMb;
  }

  get memoryIdleMb(): number {
    return this.#o.active.idleMb + this.#o.warming.evictableMb;
  }
}

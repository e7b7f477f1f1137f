import { instanceOverheadMb } from '../../../src/model/runtimes/configuration.ts';
import type { FunctionVersion } from '../../../src/model/functions/function.ts';
import { bootMs, countedFromMs } from './play.ts';
import { OverTime, type PolicyResult } from './result.ts';
import type { Workload } from './workload.ts';

/** Sizes that instances of the build before came in: a function got the smallest that held it. MB. */
const classesMb = [256, 512, 1_024, 2_048, 4_096, 10_240];
const containerIdleMs = 300_000;
const instanceIdleMs = 60_000;
const refillIdleMs = 5_000;

/** What one instance of a class takes, and how many containers it holds. */
interface Kind {
  readonly key: string;
  readonly containersMax: number;
  readonly mb: number;
}

interface Instance {
  readonly kind: Kind;
  readonly account: string;
  /** By function: until when it runs, or since when it does not. */
  readonly containers: Map<string, { busyUntil: number }>;
  usedAt: number;
}

function kindOf({ memoryMb, runtime }: Pick<FunctionVersion, 'memoryMb' | 'runtime'>): Kind {
  const classMb = classesMb.find((mb) => mb >= memoryMb) ?? 10_240;
  const containersMax = classMb <= 512 ? 4 : classMb <= 2_048 ? 2 : 1;
  return { key: `${runtime}-${classMb}`, containersMax, mb: instanceOverheadMb + classMb * containersMax };
}

/**
 * A model of the build before: instances of one runtime and size each, and a pool that keeps so many of each kind whatever is deployed.
 * Kinder than the truth: what is taken from the pool is replaced in one boot, blank containers are made in no time, idle things make
 * room at once.
 */
export class ClassPool {
  readonly #memoryMb: number;
  /** Of each kind that is kept warm, when its instances are ready. */
  readonly #kept: ReadonlyMap<string, { readonly kind: Kind; readonly ready: number[] }>;
  readonly #instances: Set<Instance> = new Set();
  readonly #memoryUsed = new OverTime();
  readonly #counts = { calls: 0, cold: 0, late: 0, refused: 0 };

  /** `kept`: one instance of each of these is kept warm, in this order, as far as the memory goes. */
  constructor(memoryMb: number, kept: readonly Pick<FunctionVersion, 'memoryMb' | 'runtime'>[]) {
    this.#memoryMb = memoryMb;
    const pools = new Map<string, { readonly kind: Kind; readonly ready: number[] }>();
    let mb = 0;
    for (const kind of kept.map(kindOf)) {
      if (pools.has(kind.key) || mb + kind.mb > memoryMb) continue;
      mb += kind.mb;
      pools.set(kind.key, { kind, ready: [bootMs] });
    }
    this.#kept = pools;
  }

  play(policy: string, { calls, endsAt }: Workload): PolicyResult {
    for (const { at, fn, runMs } of calls) {
      this.#reap(at);
      this.#refill(at);
      this.#memoryUsed.is(this.#usedMb(), at);
      const how = this.#place(fn, at, at + runMs);
      this.#memoryUsed.is(this.#usedMb(), at);
      if (at < countedFromMs) continue;
      this.#counts.calls += 1;
      if (how === 'at once') continue;
      this.#counts[how] += 1;
      if (how === 'cold') this.#counts.late += 1;
    }
    return { policy, ...this.#counts, meanMb: this.#memoryUsed.meanUntil(endsAt), mostMb: this.#memoryUsed.most };
  }

  #place(fn: FunctionVersion, now: number, until: number): 'at once' | 'cold' | 'refused' {
    const kind = kindOf(fn);
    const own = [...this.#instances].filter((one) => one.account === fn.account && one.kind.key === kind.key);
    const reused = own.find(({ containers }) => (containers.get(fn.name)?.busyUntil ?? Infinity) <= now);
    const room = own.find(({ containers }) => containers.size < kind.containersMax);
    const idle = own.find(({ containers }) => [...containers.values()].some(({ busyUntil }) => busyUntil <= now));
    const instance = reused ?? room ?? idle;
    if (instance !== undefined) return this.#begin(instance, fn, now, until);
    const pool = this.#kept.get(kind.key);
    const ready = pool?.ready.findIndex((at) => at <= now) ?? -1;
    if (pool !== undefined && ready >= 0) {
      pool.ready.splice(ready, 1);
    } else if (!this.#makeRoom(kind.mb, now)) return 'refused';
    const taken: Instance = { kind, account: fn.account, containers: new Map(), usedAt: now };
    this.#instances.add(taken);
    const cold = ready < 0;
    this.#begin(taken, fn, now, until + (cold ? bootMs : 0));
    return cold ? 'cold' : 'at once';
  }

  #begin(instance: Instance, fn: FunctionVersion, now: number, until: number): 'at once' {
    const { containers, kind } = instance;
    if (!containers.has(fn.name) && containers.size >= kind.containersMax) {
      const idle = [...containers].find(([, { busyUntil }]) => busyUntil <= now);
      if (idle !== undefined) containers.delete(idle[0]);
    }
    // A second call of a function that runs has a container of its own; one name for each is enough here.
    const name = (containers.get(fn.name)?.busyUntil ?? 0) > now ? `${fn.name}+${now}` : fn.name;
    containers.set(name, { busyUntil: until });
    instance.usedAt = Math.max(instance.usedAt, until);
    return 'at once';
  }

  #usedMb(): number {
    let mb = 0;
    for (const { kind } of this.#instances) mb += kind.mb;
    for (const { kind, ready } of this.#kept.values()) mb += kind.mb * ready.length;
    return mb;
  }

  /** What is missing in the pool is worth more than what was idle for a while. */
  #refill(now: number): void {
    for (const { kind, ready } of this.#kept.values())
      if (ready.length === 0 && this.#makeRoom(kind.mb, now, refillIdleMs)) ready.push(now + bootMs);
  }

  /** Ends instances that were idle for so long, least recently used first, until so much is free. */
  #makeRoom(mb: number, now: number, idleMs: number = 0): boolean {
    const idle = [...this.#instances]
      .filter(({ usedAt }) => now - usedAt >= idleMs)
      .toSorted((a, b) => a.usedAt - b.usedAt);
    let freeMb = this.#memoryMb - this.#usedMb();
    for (const instance of idle) {
      if (freeMb >= mb) break;
      this.#instances.delete(instance);
      freeMb += instance.kind.mb;
    }
    return freeMb >= mb;
  }

  #reap(now: number): void {
    for (const instance of this.#instances) {
      for (const [name, { busyUntil }] of instance.containers)
        if (now - busyUntil > containerIdleMs) instance.containers.delete(name);
      if (instance.containers.size === 0 && now - instance.usedAt > instanceIdleMs) this.#instances.delete(instance);
    }
  }
}

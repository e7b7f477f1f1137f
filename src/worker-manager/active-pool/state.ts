import type { Guest, GuestContainer } from '../../instance/guest.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { Timer } from '../../model/clock.ts';
import { instanceOverheadMb, blankKinds, leastMbOf, type BlankKind } from '../../model/runtimes/configuration.ts';
import { reservedMb, type Capacity, type FunctionVersion } from '../../model/functions/function.ts';
import { limits } from '../../model/limits.ts';
import type { FunctionCalls } from '../concurrency/quota.ts';
import { CallProfile } from '../concurrency/call-profile.ts';
import { ownerKey, type Owner } from './owner.ts';
import { FullnessIndex } from './fullness-index.ts';
import { Link, RecencyList } from './recency-list.ts';

// Four kinds of things that hold each other, and so stand in one file: accounts have instances, instances have containers, containers
// have code, and code knows its containers.

/**
 * One owner's part of the active pool, an account's or one of its tenants', indexed so that placement looks at few candidates of each kind,
 * however many there are.
 */
export class AccountPool {
  readonly owner: Owner;
  readonly key: string;
  readonly account: string;
  readonly instances: Set<ActiveInstance> = new Set();
  /** Instances with a blank container of this kind ready. */
  readonly blanks: ReadonlyMap<BlankKind, FullnessIndex<ActiveInstance>>;
  /** Instances in which one more container can be made. */
  readonly rooms: FullnessIndex<ActiveInstance>;
  /** Idle containers in instances that can make others in their place, least recently used first. */
  readonly replaceable: RecencyList<ActiveContainer> = new RecencyList();
  /** How many blank containers there are of each kind, in all of its instances that have room for their functions. */
  readonly #blankCounts: Map<BlankKind, number> = new Map();
  /** Kinds of code that refer to this. */
  codes = 0;
  /** What the last of them needs. */
  kind: BlankKind | undefined;
  /** Instances and containers that are on their way to it. */
  orders = 0;

  constructor(owner: Owner, containersMax: number) {
    this.owner = owner;
    this.key = ownerKey(owner);
    this.account = owner.account;
    // What was being made in an instance when it was allocated may come on top.
    const most = containersMax + 1;
    this.blanks = new Map(blankKinds.map((kind) => [kind, new FullnessIndex<ActiveInstance>(most)]));
    this.rooms = new FullnessIndex(most);
  }

  blanksOf(kind: BlankKind): FullnessIndex<ActiveInstance> {
    const index = this.blanks.get(kind);
    if (index === undefined) throw new Error(`There is no kind ${kind}.`);
    return index;
  }

  /** How many blank containers of this kind its functions would find. */
  blankCount(kind: BlankKind): number {
    return this.#blankCounts.get(kind) ?? 0;
  }

  /** So many of them are in this instance from now on. */
  countBlanks(instance: ActiveInstance, kind: BlankKind, count: number): void {
    const before = instance.counted.get(kind) ?? 0;
    instance.counted.set(kind, count);
    this.#blankCounts.set(kind, this.blankCount(kind) - before + count);
  }

  /** Whether an instance of it may take work. */
  get usable(): boolean {
    return [...this.instances].some(({ retiring }) => !retiring);
  }

  /** What the containers of each of its instances that take work may still be given, MiB. */
  get roomsMb(): number[] {
    return [...this.instances].filter(({ retiring }) => !retiring).map((instance) => instance.roomMb);
  }

  /** Whether nothing refers to it any more. */
  get unused(): boolean {
    return this.instances.size === 0 && this.codes === 0 && this.orders === 0;
  }
}

/** An instance that is allocated to an account, for the rest of its life. */
export class ActiveInstance {
  readonly guest: Guest;
  readonly pool: AccountPool;
  readonly bornAt: number;
  /** All that are not dead, also those that are being killed. */
  readonly containers: Set<ActiveContainer> = new Set();
  readonly blanks: Set<ActiveContainer> = new Set();
  /** How many of them its account was told of, by kind. */
  readonly counted: Map<BlankKind, number> = new Map();
  /** What its containers that hold code, or are on their way out, may take together, MiB. */
  heldMb = 0;
  /** Containers being made. */
  making = 0;
  makeFailures = 0;
  /** Reasons not to destroy it now: containers in use, requests that wait for a container being made here. */
  holds = 0;
  /** Takes no new work; destroyed when nothing holds it. */
  retiring = false;
  /** It is held, as one that its account is always to have. */
  kept = false;
  /** It stands still, or is about to: nobody may use it. */
  paused: Paused | undefined;
  /** Set when its destruction has begun. */
  ending: Promise<void> | undefined;
  /** Since when nobody's code is in it; meaningless while there is some. */
  emptySince: number;
  /** When it last was held. */
  usedAt: number;
  /** Runs until the next blank container is made in the background. */
  replenishing: { readonly at: number; readonly timer: Timer } | undefined;
  /** Runs until it is put to rest. */
  resting: Timer | undefined;
  readonly inIdle: Link<ActiveInstance> = new Link<ActiveInstance>(this);

  constructor(guest: Guest, pool: AccountPool, bornAt: number, now: number) {
    this.guest = guest;
    this.pool = pool;
    this.bornAt = bornAt;
    this.emptySince = now;
    this.usedAt = now;
  }

  /** Containers that are not blank: they hold somebody's code, or are on their way out. */
  get fullness(): number {
    return this.containers.size - this.blanks.size;
  }

  /** Whether one more container can be made in it, and be used. */
  get hasRoom(): boolean {
    const { containersMax } = this.guest.configuration;
    const countFits = this.containers.size + this.making < containersMax && this.guest.containersLeft > 0;
    return countFits && this.fits(limits.functionMemoryMbMin);
  }

  /** Whether a container may be given so much memory beside the others, MiB. */
  fits(memoryMb: number): boolean {
    return memoryMb <= this.roomMb;
  }

  /** Whether any function of this kind may be given a blank container here. */
  fitsKind(kind: BlankKind): boolean {
    return this.fits(leastMbOf(kind, this.guest.configuration.heapsBySize));
  }

  /** What its containers may still be given, MiB. */
  get roomMb(): number {
    return this.guest.configuration.memoryMb - this.heldMb;
  }

  /** What it has reserved of the service's memory, MiB. */
  get reservedMb(): number {
    return this.paused?.gaveMemory === true ? 0 : instanceOverheadMb + this.heldMb;
  }

  blanksOf(kind: BlankKind): number {
    let count = 0;
    for (const { guest } of this.blanks) if (guest.kind === kind) count += 1;
    return count;
  }
}

/** What is known of an instance that stands still. Times on {@link Clock.now}. */
export interface Paused {
  readonly since: number;
  readonly until: number;
  /** Where it lies; undefined until it does. */
  to?: 'disk' | 'memory';
  bytes: number;
  /** Its memory is others' meanwhile. */
  gaveMemory: boolean;
}

/** A container as the worker manager keeps it. Moves: blank → starting → running ⇄ idle; any → retiring. */
export class ActiveContainer {
  readonly guest: GuestContainer;
  readonly instance: ActiveInstance;
  readonly bornAt: number;
  state: 'blank' | 'starting' | 'idle' | 'running' | 'retiring' = 'blank';
  /** What is loaded in it; undefined while it is blank. */
  code: Code | undefined;
  /** When it last began or ended to be used. */
  usedAt: number;
  invocations = 0;
  /** Its module was loaded before it was called. */
  initialised = false;
  /** It is kept ready: while it is idle it holds its instance, and nobody ends it to make room. */
  provisioned = false;
  /** What it was prepared for, while no call has used it: it makes room before anything else does, and goes when nothing comes. */
  prepared: Prepared | undefined;
  memoryPeakMb = 0;
  /** As its code knows it, once it has that. */
  logStream: string | undefined;
  /** Processor time that its processes had wanted when that was last looked at, and when that was; see `concurrency/in-flight.ts`. */
  look: { readonly at: number; readonly processorMs: number } | undefined;
  /** What share of a processor the call that it runs wants, as seen while it runs; undefined until it was looked at twice. */
  share: number | undefined;
  readonly inCode: Link<ActiveContainer> = new Link<ActiveContainer>(this);
  readonly inAccount: Link<ActiveContainer> = new Link<ActiveContainer>(this);
  readonly inIdle: Link<ActiveContainer> = new Link<ActiveContainer>(this);

  constructor(guest: GuestContainer, instance: ActiveInstance, bornAt: number) {
    this.guest = guest;
    this.instance = instance;
    this.bornAt = bornAt;
    this.usedAt = bornAt;
  }

  /** What it may take, MiB; 0 while it is blank: that is part of what every instance takes. */
  get memoryMb(): number {
    return this.code?.reservedMb ?? 0;
  }
}

/** The calls for which a container was prepared. `used`: one of them has come. */
export interface Prepared {
  used(): void;
}

/** The calls of a code that are expected. `came`: one has; `joinable`: containers that will be ready for one in a moment. */
export interface Expected {
  came(path: StartPath): void;
  readonly joinable: number;
}

/** One revision of one function of one owner: its containers, and the requests for it that have not ended. */
export class Code {
  readonly key: string;
  readonly function: FunctionVersion;
  /** What each of its containers may take, MiB. */
  readonly reservedMb: number;
  /** The blank containers that it can be given. */
  readonly kind: BlankKind;
  readonly pool: AccountPool;
  /** Those of its function. */
  readonly calls: FunctionCalls;
  readonly containers: Set<ActiveContainer> = new Set();
  /** Idle containers, least recently used first. */
  readonly idle: RecencyList<ActiveContainer> = new RecencyList();
  /** The same of those that are provisioned, which are used before others. */
  readonly ready: RecencyList<ActiveContainer> = new RecencyList();
  /** Those that were taken for a request, longest ago first. */
  readonly busy: RecencyList<ActiveContainer> = new RecencyList();
  /** What its calls are like. */
  readonly profile: CallProfile = new CallProfile();
  /** When one of its calls last began, or a container was ordered for one. */
  begunAt: number = Number.NEGATIVE_INFINITY;
  /** Containers that have answered and are about to be idle: their extensions have something to do. */
  lingering = 0;
  /** Calls of it that are expected, if any are (`prepared/preparer.ts`). */
  expected: Expected | undefined;
  /** Runs until those that are held back are looked at again. */
  review: Timer | undefined;
  /** Requests that have not ended. */
  tickets = 0;
  /** What there is to say of its instances; its account's where the function says nothing. */
  readonly capacity: Capacity | undefined;
  /** Replaced by a newer revision: its containers end when they are idle. */
  retired = false;

  constructor(
    key: string,
    fn: FunctionVersion,
    kind: BlankKind,
    pool: AccountPool,
    calls: FunctionCalls,
    capacity: Capacity | undefined = fn.capacity,
  ) {
    this.key = key;
    this.function = fn;
    this.reservedMb = reservedMb(fn);
    this.kind = kind;
    this.pool = pool;
    this.calls = calls;
    this.capacity = capacity;
  }

  get unused(): boolean {
    return this.tickets === 0 && this.containers.size === 0;
  }
}

/** Names a revision of a function, for one owner. That and the revision would do; the rest makes sure no two functions can ever meet in one. */
export function codeKey(fn: FunctionVersion, owner: Owner): string {
  return `${ownerKey(owner)}\0${fn.name}\0${fn.version}\0${fn.revisionId}`;
}

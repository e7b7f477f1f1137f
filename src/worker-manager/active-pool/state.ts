import type { Guest, GuestContainer } from '../../instance/guest.ts';
import type { Timer } from '../../model/clock.ts';
import { instanceOverheadMb, blankKinds, leastMbOf, type BlankKind } from '../../model/configuration.ts';
import type { FunctionVersion } from '../../model/function.ts';
import { limits } from '../../model/limits.ts';
import { CallProfile } from '../concurrency/call-profile.ts';
import { FullnessIndex } from './fullness-index.ts';
import { Link, RecencyList } from './recency-list.ts';

// Four kinds of things that hold each other, and so stand in one file: accounts have instances, instances have containers, containers
// have code, and code knows its containers.

/** One account's part of the active pool, indexed so that placement looks at few candidates of each kind, however many there are. */
export class AccountPool {
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
  /** Instances and containers that are on their way to it. */
  orders = 0;

  constructor(account: string, containersMax: number) {
    this.account = account;
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
    return instanceOverheadMb + this.heldMb;
  }

  blanksOf(kind: BlankKind): number {
    let count = 0;
    for (const { guest } of this.blanks) if (guest.kind === kind) count += 1;
    return count;
  }
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
  memoryPeakMb = 0;
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
    return this.code?.function.memoryMb ?? 0;
  }
}

/** One revision of one function of one account: its containers, and the requests for it that have not ended. */
export class Code {
  readonly key: string;
  readonly function: FunctionVersion;
  /** The blank containers that it can be given. */
  readonly kind: BlankKind;
  readonly pool: AccountPool;
  readonly containers: Set<ActiveContainer> = new Set();
  /** Idle containers, least recently used first. */
  readonly idle: RecencyList<ActiveContainer> = new RecencyList();
  /** Those that were taken for a request, longest ago first. */
  readonly busy: RecencyList<ActiveContainer> = new RecencyList();
  /** What its calls are like. */
  readonly profile: CallProfile = new CallProfile();
  /** When one of its calls last began, or a container was ordered for one. */
  begunAt: number = Number.NEGATIVE_INFINITY;
  /** Runs until those that are held back are looked at again. */
  review: Timer | undefined;
  /** Requests that have not ended. */
  tickets = 0;
  /** Replaced by a newer revision: its containers end when they are idle. */
  retired = false;

  constructor(key: string, fn: FunctionVersion, kind: BlankKind, pool: AccountPool) {
    this.key = key;
    this.function = fn;
    this.kind = kind;
    this.pool = pool;
  }

  get unused(): boolean {
    return this.tickets === 0 && this.containers.size === 0;
  }
}

/** Names a revision of a function. The revision alone would do; the rest makes sure no two accounts can ever meet in one. */
export function codeKey(fn: FunctionVersion): string {
  return `${fn.account}\0${fn.name}\0${fn.version}\0${fn.revisionId}`;
}

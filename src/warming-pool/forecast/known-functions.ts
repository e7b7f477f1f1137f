import { blankKindOf, type Blanks } from '../../model/runtimes/configuration.ts';
import { isKeyOf, reservedMb, versionKey, type FunctionVersion } from '../../model/functions/function.ts';
import { blanksForAccount, dueFunctions, mostOf, placesDue, type KnownFunction, type Rooms } from './forecast.ts';

/** What was worked out holds for so long, unless something is deployed or called for the first time, ms. */
const freshMs = 1_000;

type Named = Pick<FunctionVersion, 'account' | 'name' | 'version'>;

interface Expected {
  readonly at: number;
  readonly accounts: ReadonlyMap<string, Blanks>;
  readonly next: readonly Blanks[];
  readonly later: Blanks;
  /** By account, the functions whose first call is due. */
  readonly due: ReadonlyMap<string, readonly KnownFunction[]>;
}

/**
 * What is known of the functions that may be called: told by the frontend when one is deployed or removed, by the worker manager when one is
 * called, and kept over restarts by the daemon. From it follows what should be ready (`forecast.ts`, pure).
 */
export class KnownFunctions {
  readonly #functions: Map<string, KnownFunction> = new Map();
  /** Of functions that were not told of yet. */
  readonly #usedBefore: Map<string, number> = new Map();
  readonly #wall: () => number;
  readonly #startedAt: number;
  readonly #basis: Blanks;
  readonly #ownBasis: Blanks;
  readonly #heapsBySize: boolean;
  #expected: Expected | undefined;
  /** What room an account's functions have. Where it has an instance, what they need is made ready there, and not in those for anybody. */
  roomsOf: (account: string) => Rooms = () => ({ ownMb: [], instanceMb: Infinity, totalMb: Infinity });
  /** Told when other things should be ready than before. */
  onChange: () => void = () => undefined;

  /**
   * Blank containers that should be ready whatever is known: `basis` in an instance that may become anybody's, `ownBasis` in those that an
   * account has.
   */
  constructor(wall: () => number, basis: Blanks, ownBasis: Blanks = basis, heapsBySize = false) {
    this.#heapsBySize = heapsBySize;
    this.#wall = wall;
    this.#startedAt = wall();
    this.#basis = basis;
    this.#ownBasis = ownBasis;
  }

  /** When functions were last called, for the next service; and what the last one kept of that. */
  get uses(): [key: string, usedAt: number][] {
    return [...this.#functions.values()].flatMap((fn) =>
      fn.usedAt === undefined ? [] : [[versionKey(fn), fn.usedAt]],
    );
  }

  /** When a function was last called, or else deployed; -Infinity for one that nobody told of. */
  lastUseOf(fn: Named): number {
    const known = this.#functions.get(versionKey(fn));
    return known === undefined ? -Infinity : (known.usedAt ?? known.deployedAt);
  }

  restore(uses: Iterable<readonly [key: string, usedAt: number]>): void {
    for (const [key, usedAt] of uses) this.#usedBefore.set(key, usedAt);
  }

  /** It was created or changed, now or before this service started. */
  deployed(fn: FunctionVersion): void {
    const { account, name, version, modifiedAt } = fn;
    const key = versionKey(fn);
    const known = this.#functions.get(key);
    this.#functions.set(key, {
      account,
      name,
      version,
      kind: blankKindOf(fn, this.#heapsBySize),
      memoryMb: reservedMb(fn),
      deployedAt: modifiedAt,
      usedAt: known?.usedAt ?? this.#usedBefore.get(key),
    });
    this.#expected = undefined;
    this.onChange();
  }

  /** It is called. Only the first call of one that is known changes what should be ready. */
  used(fn: Named): void {
    const key = versionKey(fn);
    const known = this.#functions.get(key);
    if (known === undefined) return;
    const usedAt = this.#wall();
    const first = (known.usedAt ?? 0) < Math.max(known.deployedAt, this.#startedAt);
    if (!first && usedAt - (known.usedAt ?? 0) < freshMs) return;
    this.#functions.set(key, { ...known, usedAt });
    if (first) this.#expected = undefined;
  }

  /** A published version, or the whole function where none is said. */
  removed(account: string, name: string, version?: string): void {
    if (version !== undefined) this.#functions.delete(versionKey({ account, name, version }));
    else for (const key of this.#functions.keys()) if (isKeyOf(key, account, name)) this.#functions.delete(key);
    this.#expected = undefined;
  }

  /** Blank containers that an account's instance should have ready. */
  blanksFor(account: string): Blanks {
    return this.#expect().accounts.get(account) ?? this.#ownBasis;
  }

  /** Blank containers that the next instances which become somebody's should have ready, in this order. */
  get blanksForNext(): readonly Blanks[] {
    return this.#expect().next;
  }

  /** The same of those after them. */
  get blanksForAny(): Blanks {
    return this.#expect().later;
  }

  /** Instances that accounts are about to take for functions that are called for the first time. */
  get dueInstances(): number {
    return this.#expect().next.length;
  }

  /** How many functions of this one's account and runtime are about to be called for the first time, and were there before it. */
  aheadOf(one: FunctionVersion): number {
    const due = this.#expect().due.get(one.account) ?? [];
    const kind = blankKindOf(one, this.#heapsBySize);
    const own = versionKey(one);
    return due.filter((fn) => fn.kind === kind && versionKey(fn) !== own && fn.deployedAt <= one.modifiedAt).length;
  }

  #expect(): Expected {
    const at = this.#wall();
    if (this.#expected === undefined || at - this.#expected.at > freshMs) this.#expected = this.#workOut(at);
    return this.#expected;
  }

  #workOut(at: number): Expected {
    const due = dueFunctions([...this.#functions.values()], at, this.#startedAt);
    const byAccount = Map.groupBy(this.#functions.values(), ({ account }) => account);
    const dueByAccount = Map.groupBy(due, ({ account }) => account);
    const accounts = new Map<string, Blanks>();
    const everywhere = [this.#basis];
    /** What each account's first instance, its second and so on should have. */
    const turns: Blanks[][] = [];
    for (const [account, functions] of byAccount) {
      const { own, taken } = placesDue(dueByAccount.get(account) ?? [], this.roomsOf(account));
      accounts.set(account, blanksForAccount(functions, own, at, this.#ownBasis));
      everywhere.push(blanksForAccount(functions, [], at, this.#basis));
      for (const [index, some] of taken.entries())
        (turns[index] ??= []).push(blanksForAccount(functions, some, at, this.#basis));
    }
    // Nobody knows which account comes first.
    const next = turns.flatMap((some) => some.map(() => mostOf([...some, ...everywhere])));
    return { at, accounts, next, later: mostOf(everywhere), due: dueByAccount };
  }
}

import { blankKindOf } from '../../model/runtimes/configuration.ts';
import type { Capacity, FunctionVersion } from '../../model/functions/function.ts';
import type { InstanceShape } from '../../warming-pool/contract.ts';
import { Quota, type FunctionCalls } from '../concurrency/quota.ts';
import { ownerKey, ownerOf, type Owner } from './owner.ts';
import { AccountPool, Code, codeKey } from './state.ts';

type RegistryShape = Pick<InstanceShape, 'containersMax' | 'heapsBySize'>;

/** Finds codes and accounts' pools by name, makes them when they are first needed, and forgets them when nothing refers to them. */
export class Registry {
  readonly #codes: Map<string, Code> = new Map();
  readonly #functions: Map<string, Set<Code>> = new Map();
  readonly #pools: Map<string, AccountPool> = new Map();
  readonly #shape: RegistryShape;
  readonly #quota: Quota;
  readonly #capacityByAccount: Readonly<Record<string, Capacity>>;

  /** `shape`: of every instance. */
  constructor(
    shape: RegistryShape,
    quota: Quota = new Quota({ concurrencyMaxOf: () => Infinity }),
    capacityByAccount: Readonly<Record<string, Capacity>> = {},
  ) {
    this.#capacityByAccount = capacityByAccount;
    this.#shape = shape;
    this.#quota = quota;
  }

  get codeCount(): number {
    return this.#codes.size;
  }

  get pools(): Iterable<AccountPool> {
    return this.#pools.values();
  }

  /** Every code of which something is here, or is asked for. */
  get codes(): Iterable<Code> {
    return this.#codes.values();
  }

  /** The code of a function version, if anything of it is here. */
  find(fn: FunctionVersion, tenantId?: string): Code | undefined {
    return this.#codes.get(codeKey(fn, ownerOf(fn, tenantId)));
  }

  /** The code of a function version, for a tenant where it has some; one more request refers to it until {@link ended}. */
  begin(fn: FunctionVersion, tenantId?: string): Code {
    const owner = ownerOf(fn, tenantId);
    const key = codeKey(fn, owner);
    const code = this.#codes.get(key) ?? this.#addCode(key, fn, owner);
    code.tickets += 1;
    return code;
  }

  /** A request that {@link begin} was called for has ended. */
  ended(code: Code): void {
    code.tickets -= 1;
    this.codeChanged(code);
  }

  /** All revisions of a function of which something is here. */
  revisions(account: string, functionName: string): Code[] {
    return [...(this.#functions.get(`${account}\0${functionName}`) ?? [])];
  }

  /** To be called when a code may have become unused. */
  codeChanged(code: Code): void {
    if (!code.unused || !this.#codes.delete(code.key)) return;
    code.review?.[Symbol.dispose]();
    const functionKey = `${code.function.account}\0${code.function.name}`;
    const revisions = this.#functions.get(functionKey);
    revisions?.delete(code);
    if (revisions?.size === 0) {
      this.#functions.delete(functionKey);
      this.#quota.let(code.function.account, code.calls);
    }
    code.pool.codes -= 1;
    this.poolChanged(code.pool);
  }

  /** Changes what is kept for a function's calls, whether or not anything of it is here. */
  keep(account: string, name: string, change: (calls: FunctionCalls) => void): void {
    const calls = this.#quota.of({ account, name });
    change(calls);
    if (this.revisions(account, name).length === 0) this.#quota.let(account, calls);
  }

  /** To be called when an account's pool may have become unused. */
  poolChanged(pool: AccountPool): void {
    if (pool.unused) this.#pools.delete(pool.key);
  }

  /** The part of the active pool that is this owner's, if it has any. */
  poolOf(owner: Owner): AccountPool | undefined {
    return this.#pools.get(ownerKey(owner));
  }

  #addCode(key: string, fn: FunctionVersion, owner: Owner): Code {
    const own = this.#capacityByAccount[fn.account];
    // Dedicated is the account as a whole then.
    const capacity = fn.capacity ?? (own?.kind === 'variable' ? { kind: own.kind } : undefined);
    const code = new Code(
      key,
      fn,
      blankKindOf(fn, this.#shape.heapsBySize),
      this.poolFor(owner),
      this.#quota.of(fn),
      capacity,
    );
    code.pool.codes += 1;
    code.pool.kind = code.kind;
    this.#codes.set(key, code);
    const functionKey = `${fn.account}\0${fn.name}`;
    const revisions = this.#functions.get(functionKey);
    if (revisions === undefined) this.#functions.set(functionKey, new Set([code]));
    else revisions.add(code);
    return code;
  }

  /** The same, made if it has none yet; `poolChanged` lets go of it. */
  poolFor(owner: Owner): AccountPool {
    const key = ownerKey(owner);
    let pool = this.#pools.get(key);
    if (pool === undefined) this.#pools.set(key, (pool = new AccountPool(owner, this.#shape.containersMax)));
    return pool;
  }
}

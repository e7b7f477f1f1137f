import { blankKindOf } from '../../model/configuration.ts';
import type { FunctionVersion } from '../../model/function.ts';
import type { InstanceShape } from '../../warming-pool/contract.ts';
import { AccountPool, Code, codeKey } from './state.ts';

type RegistryShape = Pick<InstanceShape, 'containersMax' | 'heapsBySize'>;

/** Finds codes and accounts' pools by name, makes them when they are first needed, and forgets them when nothing refers to them. */
export class Registry {
  readonly #codes: Map<string, Code> = new Map();
  readonly #functions: Map<string, Set<Code>> = new Map();
  readonly #pools: Map<string, AccountPool> = new Map();
  readonly #shape: RegistryShape;

  /** `shape`: of every instance. */
  constructor(shape: RegistryShape) {
    this.#shape = shape;
  }

  get codeCount(): number {
    return this.#codes.size;
  }

  get pools(): Iterable<AccountPool> {
    return this.#pools.values();
  }

  /** The code of a function version; one more request refers to it until {@link ended}. */
  begin(fn: FunctionVersion): Code {
    const key = codeKey(fn);
    const code = this.#codes.get(key) ?? this.#addCode(key, fn);
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
    if (revisions?.size === 0) this.#functions.delete(functionKey);
    code.pool.codes -= 1;
    this.poolChanged(code.pool);
  }

  /** To be called when an account's pool may have become unused. */
  poolChanged(pool: AccountPool): void {
    if (pool.unused) this.#pools.delete(pool.account);
  }

  /** The part of the active pool that is this account's, if it has any. */
  poolOf(account: string): AccountPool | undefined {
    return this.#pools.get(account);
  }

  #addCode(key: string, fn: FunctionVersion): Code {
    const code = new Code(key, fn, blankKindOf(fn, this.#shape.heapsBySize), this.#poolFor(fn.account));
    code.pool.codes += 1;
    this.#codes.set(key, code);
    const functionKey = `${fn.account}\0${fn.name}`;
    const revisions = this.#functions.get(functionKey);
    if (revisions === undefined) this.#functions.set(functionKey, new Set([code]));
    else revisions.add(code);
    return code;
  }

  #poolFor(account: string): AccountPool {
    let pool = this.#pools.get(account);
    if (pool === undefined) this.#pools.set(account, (pool = new AccountPool(account, this.#shape.containersMax)));
    return pool;
  }
}

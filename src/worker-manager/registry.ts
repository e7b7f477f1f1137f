import { configurationFor, configurationKey } from '../model/configuration.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { Settings } from '../model/settings.ts';
import { Code, codeKey } from './code.ts';
import { Costs } from './costs.ts';
import { Holding } from './holding.ts';

/** Finds codes and holdings by name, makes them when they are first needed, and forgets them when nothing refers to them. */
export class Registry {
  readonly #codes: Map<string, Code> = new Map();
  readonly #functions: Map<string, Set<Code>> = new Map();
  readonly #holdings: Map<string, Holding> = new Map();
  readonly #costs: Map<string, Costs> = new Map();
  readonly #warm: Settings['warm'];

  /** Instances that are not kept warm are like those of their configuration that are. */
  constructor(warm: Settings['warm']) {
    this.#warm = warm;
  }

  get codeCount(): number {
    return this.#codes.size;
  }

  get holdings(): Iterable<Holding> {
    return this.#holdings.values();
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
    const functionKey = `${code.function.account}\0${code.function.name}`;
    const revisions = this.#functions.get(functionKey);
    revisions?.delete(code);
    if (revisions?.size === 0) this.#functions.delete(functionKey);
    code.holding.codes -= 1;
    this.holdingChanged(code.holding);
  }

  /** To be called when a holding may have become unused. */
  holdingChanged(holding: Holding): void {
    if (holding.unused) this.#holdings.delete(holding.key);
  }

  #addCode(key: string, fn: FunctionVersion): Code {
    const code = new Code(key, fn, this.#holdingFor(fn));
    code.holding.codes += 1;
    this.#codes.set(key, code);
    const functionKey = `${fn.account}\0${fn.name}`;
    const revisions = this.#functions.get(functionKey);
    if (revisions === undefined) this.#functions.set(functionKey, new Set([code]));
    else revisions.add(code);
    return code;
  }

  #holdingFor(fn: FunctionVersion): Holding {
    const usual = configurationFor(fn.runtime, fn.memoryMb);
    const name = configurationKey(usual);
    const configuration =
      this.#warm.find((kept) => configurationKey(kept.configuration) === name)?.configuration ?? usual;
    const key = `${fn.account}\0${name}`;
    let holding = this.#holdings.get(key);
    if (holding !== undefined) return holding;
    let costs = this.#costs.get(name);
    if (costs === undefined) this.#costs.set(name, (costs = new Costs()));
    holding = new Holding(key, fn.account, configuration, costs);
    this.#holdings.set(key, holding);
    return holding;
  }
}

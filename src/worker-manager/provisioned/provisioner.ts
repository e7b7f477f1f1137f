import { latestVersion } from '../../model/functions/function.ts';
import type { Timer } from '../../model/clock.ts';
import { backOffMs } from '../../warming-pool/back-off.ts';
import type { ActiveContainer, Code } from '../active-pool/state.ts';
import type { ProvisionedKey, ProvisionedState, ProvisionedPart } from '../contract.ts';
import type { LoadParts } from '../running/load.ts';
import { initialise, InitialisationError } from './initialise.ts';
import { provisionedState, provisionPlan } from './provision-plan.ts';
import { Supply, type SupplyOptions } from './supply.ts';

export interface ProvisionerOptions extends SupplyOptions {
  readonly loading: LoadParts;
  /** A container has come free. */
  readonly freed: () => void;
}

/** What is wanted of one code, by whoever asked for it. */
interface Want {
  readonly code: Code;
  wanted: number;
  making: number;
  failure: string | undefined;
  failures: number;
  /** Runs until it is tried again. */
  retry: Timer | undefined;
}

/**
 * Keeps containers of some versions initialised and ready: provisioned concurrency, and the one that a function with dedicated instances always
 * has. It looks again (`review`) whenever containers, instances or memory have come or gone. What is missing
 * `supply.ts` finds a container for, and `initialise.ts` loads its module. Decisions: `provision-plan.ts` (pure).
 */
export class Provisioner {
  readonly #o: ProvisionerOptions;
  readonly #supply: Supply;
  readonly #targets: Map<string, { readonly parts: readonly ProvisionedPart[]; readonly codes: readonly Code[] }> =
    new Map();
  readonly #wants: Map<Code, Want> = new Map();
  #reviewing = false;
  #again = false;
  #stopped = false;

  constructor(options: ProvisionerOptions) {
    this.#o = options;
    this.#supply = new Supply(options);
  }

  /** From now on so many are kept ready for it; none of a target without parts. */
  set(key: ProvisionedKey, parts: readonly ProvisionedPart[]): void {
    const { registry } = this.#o;
    const name = nameOf(key);
    const before = this.#targets.get(name);
    const codes = parts.map(({ function: fn }) => registry.begin(fn));
    if (parts.length > 0) this.#targets.set(name, { parts, codes });
    else this.#targets.delete(name);
    this.#count();
    for (const code of before?.codes ?? []) registry.ended(code);
    this.#keep(key.account, key.functionName);
    this.review();
  }

  stateOf(key: ProvisionedKey): ProvisionedState | undefined {
    const target = this.#targets.get(nameOf(key));
    if (target === undefined) return undefined;
    const requested = target.parts.reduce((sum, { count }) => sum + count, 0);
    const failure = target.codes.map((code) => this.#wants.get(code)?.failure).find((why) => why !== undefined);
    const ready = target.codes.reduce(
      (sum, code, n) => sum + Math.min(target.parts[n]?.count ?? 0, readyOf(code).length),
      0,
    );
    return provisionedState(requested, ready, failure);
  }

  /** A function is gone, or one of its versions: so is what was kept ready for it. */
  removed(account: string, functionName: string, version?: string): void {
    for (const [name, { codes }] of this.#targets) {
      const own = codes.some(
        ({ function: fn }) =>
          fn.account === account && fn.name === functionName && (version === undefined || fn.version === version),
      );
      if (!own) continue;
      this.#targets.delete(name);
      this.#count();
      for (const code of codes) this.#o.registry.ended(code);
    }
    this.#keep(account, functionName);
  }

  /** Sees to it that what should be there is there, or on its way. */
  review(): void {
    this.#again = this.#wants.size > 0 && !this.#stopped;
    if (this.#reviewing) return;
    this.#reviewing = true;
    try {
      while (this.#again) {
        this.#again = false;
        for (const want of this.#wants.values()) this.#see(want);
      }
    } finally {
      this.#reviewing = false;
    }
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true;
    for (const { retry } of this.#wants.values()) retry?.[Symbol.dispose]();
  }

  /** What is provisioned of all published versions of a function is kept for its calls, as what is reserved is. */
  #keep(account: string, functionName: string): void {
    let sum = 0;
    for (const { codes, parts } of this.#targets.values())
      for (const [n, { function: fn }] of codes.entries())
        if (fn.account === account && fn.name === functionName && fn.version !== latestVersion)
          sum += parts[n]?.count ?? 0;
    this.#o.registry.keep(account, functionName, (calls) => void (calls.provisioned = sum));
  }

  #count(): void {
    for (const want of this.#wants.values()) want.wanted = 0;
    for (const { codes, parts } of this.#targets.values())
      for (const [n, code] of codes.entries()) {
        let want = this.#wants.get(code);
        if (want === undefined)
          this.#wants.set(
            code,
            (want = { code, wanted: 0, making: 0, failure: undefined, failures: 0, retry: undefined }),
          );
        want.wanted += parts[n]?.count ?? 0;
      }
    for (const want of [...this.#wants.values()]) {
      if (want.wanted > 0) continue;
      this.#see(want);
      want.retry?.[Symbol.dispose]();
      this.#wants.delete(want.code);
    }
  }

  #see(want: Want): void {
    const { active, clock, processors } = this.#o;
    const { code, making, wanted } = want;
    const containers = readyOf(code).map((container) => ({ container, idle: container.state === 'idle' }));
    const plan = provisionPlan({ wanted: code.retired ? 0 : wanted, making, makingMax: processors.count, containers });
    for (const container of plan.demote) active.demote(container, clock.now());
    for (let left = want.retry === undefined ? plan.make : 0; left > 0; left -= 1) if (!this.#begin(want)) return;
  }

  /** Whether one is being initialised now; else what it needs is under way, if it can be. */
  #begin(want: Want): boolean {
    const beyond = this.#beyondAccount(want.code);
    if (beyond !== undefined) {
      this.#failed(want, new Error(beyond));
      return false;
    }
    const { container, lacking } = this.#supply.take(want.code);
    if (lacking !== undefined) want.failure = lacking;
    if (container === undefined) return false;
    void this.#initialise(want, container);
    return true;
  }

  /** Why one more of it would be more than its account may have kept ready, if so. */
  #beyondAccount({ function: { account }, reservedMb }: Code): string | undefined {
    const maxMb = this.#o.memoryMbMaxOf?.(account) ?? Infinity;
    let keptMb = 0;
    for (const { code, making } of this.#wants.values())
      if (code.function.account === account) keptMb += (readyOf(code).length + making) * code.reservedMb;
    if (keptMb + reservedMb <= maxMb) return undefined;
    return `The account may have ${maxMb} MB kept ready: this one would take ${reservedMb} MB, and those that are take ${keptMb} MB.`;
  }

  async #initialise(want: Want, container: ActiveContainer): Promise<void> {
    const { active, clock, freed, keeper, loading, observer } = this.#o;
    const { code } = want;
    want.making += 1;
    let error: unknown;
    try {
      const log = (requestId: string, text: string): void => observer.printedLate?.(code.function, requestId, text);
      await initialise(container.guest, code.function, loading, log);
    } catch (caught) {
      error = caught;
    }
    want.making -= 1;
    if (error !== undefined) {
      void keeper.drop(container);
      return this.#failed(want, error);
    }
    if (container.state === 'retiring') return this.review();
    container.initialised = true;
    if (code.retired || container.instance.retiring) return void keeper.drop(container);
    want.failure = undefined;
    want.failures = 0;
    container.provisioned = true;
    active.rest(container, clock.now());
    freed();
    this.review();
  }

  #failed(want: Want, error: unknown): void {
    const { clock, random } = this.#o;
    const text = error instanceof Error ? error.message : String(error);
    want.failure = error instanceof InitialisationError ? `FUNCTION_ERROR_INIT_FAILURE: ${text}` : text;
    want.failures += 1;
    if (this.#stopped || !this.#wants.has(want.code)) return;
    want.retry = clock.timer(backOffMs(want.failures, random), () => {
      want.retry = undefined;
      this.review();
    });
  }
}

/** Kept ready, or in use and to be kept ready again. */
function readyOf({ containers }: Code): ActiveContainer[] {
  return [...containers].filter(({ provisioned, state }) => provisioned && (state === 'idle' || state === 'running'));
}

function nameOf({ account, functionName, qualifier }: ProvisionedKey): string {
  return `${account}\0${functionName}\0${qualifier}`;
}

import type { CallStep, CallSums } from '../../../model/dashboard/calls.ts';
import type { Clock } from '../../../model/clock.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { InvocationOutcome } from '../../../model/invocations/invocation.ts';
import type { WorkerObserver } from '../../../worker-manager/contract.ts';
import { gbSecondsOf } from '../../accounts/usage-recorder.ts';
import { FunctionSeries } from './function-series.ts';

/** Functions of which a series is kept, of one account and of all: about 13 MB. */
const perAccountMax = 100;
const seriesMax = 400;
/** Whose place may be taken by another: who was not called for so long. */
const staleMs = 60_000;

/**
 * How calls of functions went in the last hour, for whoever looks at them. For the worker manager, as an observer. Nothing of it is written down: after a
 * restart it begins anew. Where there are more functions than it keeps account of, it keeps it of those that were called last.
 */
export class FunctionActivity implements WorkerObserver {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #accounts = new Map<string, Map<string, FunctionSeries>>();
  #count = 0;

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  invoked({ account, name, memoryMb }: FunctionVersion, _requestId: string, outcome: InvocationOutcome): void {
    const { startPath, startMs, durationMs, result } = outcome;
    const wallMs = this.#clock.wall();
    const call = { ok: result.ok, path: startPath, startMs, durationMs, gbSeconds: gbSecondsOf(memoryMb, durationMs) };
    this.#of(account, name, wallMs)?.ended(call, wallMs);
  }

  refused({ account, name }: FunctionVersion): void {
    const wallMs = this.#clock.wall();
    this.#of(account, name, wallMs)?.refused(wallMs);
  }

  instanceStarted(): void {}
  instanceEnded(): void {}
  instanceFailed(): void {}

  /** Steps of ten seconds of the last hour in which there was something; none of a function of which nothing is kept. */
  rows(account: string, functionName: string): readonly CallStep[] {
    return this.#accounts.get(account)?.get(functionName)?.rows(this.#clock.wall()) ?? [];
  }

  /** The last hour of a function together. */
  sums(account: string, functionName: string): CallSums | undefined {
    return this.#accounts.get(account)?.get(functionName)?.sums(this.#clock.wall());
  }

  #of(account: string, name: string, wallMs: number): FunctionSeries | undefined {
    let functions = this.#accounts.get(account);
    const known = functions?.get(name);
    if (known !== undefined) return known;
    if (functions === undefined) this.#accounts.set(account, (functions = new Map()));
    if (functions.size >= perAccountMax && !this.#forgetOne(functions, wallMs)) return undefined;
    if (this.#count >= seriesMax && !this.#forgetOne(this.#fullest(), wallMs)) return undefined;
    const series = new FunctionSeries();
    functions.set(name, series);
    this.#count += 1;
    return series;
  }

  /** An account with many functions takes no other's place. */
  #fullest(): Map<string, FunctionSeries> {
    return [...this.#accounts.values()].reduce((one, other) => (other.size > one.size ? other : one));
  }

  /** Forgets what was called longest ago; gives whether there was one. */
  #forgetOne(functions: Map<string, FunctionSeries>, wallMs: number): boolean {
    let stalest: string | undefined;
    let before = wallMs - staleMs;
    for (const [name, { lastAt }] of functions) if (lastAt < before) [stalest, before] = [name, lastAt];
    if (stalest === undefined) return false;
    this.#count -= 1;
    return functions.delete(stalest);
  }
}

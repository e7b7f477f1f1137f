import type { Call } from '../../../src/cluster/placement/decide.ts';
import { exponential } from '../random.ts';

/** A function of a simulated cluster. */
export interface SimulatedFunction {
  readonly code: number;
  readonly owner: number;
  /** What part of a processor its calls want, and how long they take on average, ms. */
  readonly share: number;
  readonly meanMs: number;
  /** Its calls that run on average, all hosts together. */
  readonly running: number;
}

export const kind = 'nodejs24.x';
export const memoryMb = 128;

/** What it is asked for. */
export interface WorkloadOptions {
  readonly functions: number;
  /** Processors that all calls want together, on average. */
  readonly processors: number;
}

/** Functions whose calls come by Zipf's law: the second half as often as the first, the third a third. */
export class Workload {
  readonly functions: readonly SimulatedFunction[];
  /** Calls in a millisecond, all functions together; and of those up to each function. */
  readonly callsPerMs: number;
  readonly #upTo: Float64Array;
  readonly #random: () => number;

  constructor({ functions, processors }: WorkloadOptions, random: () => number) {
    this.#random = random;
    const rows = Array.from({ length: functions }, (_, nth) => {
      const meanMs = 1_000 * 2 ** (random() * 6 - 1);
      return {
        code: nameOf(random),
        owner: nameOf(random),
        share: 0.04 + 0.26 * random() ** 2,
        meanMs,
        weight: 1 / (nth + 1),
      };
    });
    const wanted = rows.reduce((sum, { meanMs, share, weight }) => sum + weight * meanMs * share, 0);
    const scale = processors / wanted;
    this.functions = rows.map(({ weight, ...rest }) => ({ ...rest, running: weight * scale * rest.meanMs }));
    this.#upTo = new Float64Array(functions);
    let sum = 0;
    for (const [nth, { weight }] of rows.entries()) this.#upTo[nth] = sum += weight * scale;
    this.callsPerMs = sum;
  }

  /** What is called next, and after how long, ms. */
  next(): { readonly fn: SimulatedFunction; readonly afterMs: number } {
    return { fn: this.#pick(), afterMs: exponential(this.#random, 1 / this.callsPerMs) };
  }

  /** How long a call takes, ms. */
  takes({ meanMs }: SimulatedFunction): number {
    return exponential(this.#random, meanMs);
  }

  #pick(): SimulatedFunction {
    const at = this.#random() * this.callsPerMs;
    let [low, high] = [0, this.#upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    const fn = this.functions[low];
    if (fn === undefined) throw new RangeError('There is no function.');
    return fn;
  }
}

/** The call of a function, as it is decided about where so many of its containers are idle. */
export function callOf({ code, owner, share }: SimulatedFunction, idleHere: number, blankHere: boolean): Call {
  return { code, owner, kind, memoryMb, weight: share, thread: false, idleHere, blankHere };
}

function nameOf(random: () => number): number {
  return Math.floor(random() * 2 ** 48);
}

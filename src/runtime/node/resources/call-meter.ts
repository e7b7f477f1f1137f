import { cpuMsNow, processUsage } from './memory.ts';

const { max } = Math;

/** A call that ran longer is always measured, ms: in less no call uses much that the next measurement would not show. */
const briefMs = 1;
/** Of brief calls every so many is measured; the first ones all are, while V8 compiles them. */
const oneIn = 8;
const measuredFirst = 16;
/** After a rest of this length it is asked anew what the process had used, so that what it did meanwhile counts for no call, ms. */
const restMs = 20;

/** What one call cost its process. */
export interface CallCost {
  /** Processor time that the process wanted meanwhile, ms. Of brief calls the average of the last ones: their sum is right. */
  readonly cpuMs: number;
  /** The most memory that the process ever had, MiB, when it was last measured. */
  readonly memoryPeakMb: number;
}

/**
 * Measures calls, one after the other. To ask the kernel takes five microseconds, and several times that in gVisor: as long as a small
 * handler. So of calls that are brief most are told the average.
 *
 * This room measures and bounds what calls take of processor and memory: `memory.ts` asks the kernel, and `heap.ts` fits V8's heap to the
 * function and collects its garbage. The server calls `begin` and `end` round each call; after its answer the heap may be relieved.
 */
export class CallMeter {
  #calls = 0;
  /** Since the last measurement: calls, and what they were told altogether. */
  #since = 0;
  #toldMs = 0;
  #averageMs = 0;
  #memoryPeakMb = 0;
  /** At the last measurement. */
  #cpuMs = 0;
  #endedAt = -Infinity;
  #measured = true;

  /** Whether the last call was measured. */
  get measured(): boolean {
    return this.#measured;
  }

  /** As of the last measurement. */
  get memoryPeakMb(): number {
    return this.#memoryPeakMb;
  }

  /** A call comes, at `now` on `performance.now()`. */
  begin(now: number): void {
    if (now - this.#endedAt > restMs) this.#restart(cpuMsNow());
  }

  /** The same for one that tells its own use while it runs: gives what the process had used before it, ms. */
  beginMeasured(): number {
    this.#restart(cpuMsNow());
    return this.#cpuMs;
  }

  /** The call has its answer. `startedAt`: when its first line came, undefined if that was not reached. `exact`: to be measured, however brief. */
  end(now: number, startedAt: number | undefined, exact: boolean): CallCost & { readonly ranMs: number | undefined } {
    const ranMs = startedAt === undefined ? undefined : now - startedAt;
    return { ...this.#cost(now, ranMs ?? 0, exact), ranMs };
  }

  #cost(now: number, ranMs: number, exact: boolean): CallCost {
    this.#endedAt = now;
    this.#calls += 1;
    this.#since += 1;
    this.#measured = exact || ranMs > briefMs || this.#since >= oneIn || this.#calls <= measuredFirst;
    if (this.#measured) return this.#measure();
    this.#toldMs += this.#averageMs;
    return { cpuMs: this.#averageMs, memoryPeakMb: this.#memoryPeakMb };
  }

  #measure(): CallCost {
    const usage = processUsage();
    const used = max(0, usage.cpuMs - this.#cpuMs);
    if (this.#since > 1 || this.#calls <= measuredFirst) this.#averageMs = used / this.#since;
    this.#memoryPeakMb = usage.memoryPeakMb;
    const cpuMs = used - this.#toldMs;
    this.#restart(usage.cpuMs);
    // They were told too much: the next ones make up for it.
    if (cpuMs < 0) this.#toldMs = -cpuMs;
    return { cpuMs: max(0, cpuMs), memoryPeakMb: usage.memoryPeakMb };
  }

  #restart(cpuMs: number): void {
    this.#cpuMs = cpuMs;
    this.#since = 0;
    this.#toldMs = 0;
  }
}

import module from 'node:module';
import os from 'node:os';
import v8 from 'node:v8';
import { visibleProcessors } from '../../../protocol/machine-view.ts';
import { collector } from './collect-garbage.ts';
import { ownBytes } from './memory.ts';

const { max, min, round } = Math;
const { getHeapStatistics, setFlagsFromString } = v8;
const mebibyte = 1_048_576;

/** Below this the young generation stays at the size that it began with, MiB. */
const youngGrowsFromMb = 512;
/** From this on V8 does as it likes: it would with a limit of this size, too, MiB. */
const freeFromMb = 2_048;
/** What of a function's memory is not for V8's heap, at least, MiB: Node's own, code, stacks. */
const besidesHeapMb = 32;
/** After a collection of ours the heap may grow by this factor before the next. */
const growth = 1.25;

/**
 * How far V8 lets the old generation grow beyond what lived after its last collection, per cent; undefined: as it sees fit. V8 itself
 * chooses by its limit, which here is the largest function's: it would let a small one's heap grow to three times what lives. This is
 * about what it would choose for a limit of the function's size.
 */
export function growingPercent(memoryMb: number): number | undefined {
  if (memoryMb >= freeFromMb) return undefined;
  return memoryMb <= 256 ? 20 : round(30 + (70 * (memoryMb - 256)) / (freeFromMb - 256));
}

/** Above this heap a function of this size has its garbage collected by us after a call, MiB. */
export function fullHeapMb(memoryMb: number): number {
  return memoryMb - max(besidesHeapMb + 16, memoryMb / 4);
}

/**
 * Fits this process to the size of its function, which is only known when it is given its code, as far as V8 can be told then: its
 * limit cannot be changed any more (docs/decisions/0016). So the size is enforced from outside, and this sees to it that what kills is
 * what lives and not garbage: by V8's own heuristics, and after calls by looking.
 */
export class Heap {
  #memoryMb: number | undefined;
  /** Heap and what belongs to it, after our last collection, MiB. */
  #keptMb = 0;
  #collect: (() => void) | undefined;

  /** Has Node say to user code what its function's size gives it, once `fit` was called. To be called once, before user code runs. */
  install(): void {
    const { constrainedMemory, availableMemory } = process;
    process.constrainedMemory = () => (this.#memoryMb === undefined ? constrainedMemory() : this.#memoryMb * mebibyte);
    process.availableMemory = () =>
      this.#memoryMb === undefined ? availableMemory() : max(0, this.#memoryMb * mebibyte - ownBytes());
    v8.getHeapStatistics = () => {
      const statistics = getHeapStatistics();
      if (this.#memoryMb === undefined) return statistics;
      const room = (this.#memoryMb - besidesHeapMb) * mebibyte;
      return { ...statistics, heap_size_limit: min(statistics.heap_size_limit, room) };
    };
    this.#showMachine();
    module.syncBuiltinESMExports();
  }

  /** Libraries size their caches and pools by these. */
  #showMachine(): void {
    const { totalmem, freemem, cpus, availableParallelism } = os;
    const processors = (present: number): number =>
      this.#memoryMb === undefined ? present : visibleProcessors(this.#memoryMb, present);
    os.totalmem = () => (this.#memoryMb === undefined ? totalmem() : this.#memoryMb * mebibyte);
    os.freemem = () => (this.#memoryMb === undefined ? freemem() : process.availableMemory());
    os.cpus = () => {
      const all = cpus();
      return all.slice(0, processors(all.length));
    };
    os.availableParallelism = () => processors(availableParallelism());
  }

  fit(memoryMb: number): void {
    this.#memoryMb = memoryMb;
    const percent = growingPercent(memoryMb);
    if (percent !== undefined) setFlagsFromString(`--heap-growing-percent=${percent}`);
    if (memoryMb < youngGrowsFromMb) setFlagsFromString('--semi-space-growth-factor=1');
  }

  /** To be called after calls. `memoryPeakMb`: the most that this process ever had; costs nothing while that is little. */
  relieve(memoryPeakMb: number): void {
    if (this.#memoryMb === undefined) return;
    const fullMb = fullHeapMb(this.#memoryMb);
    if (memoryPeakMb <= fullMb || heapMb() <= max(fullMb, this.#keptMb * growth)) return;
    this.#collect ??= collector();
    this.#collect();
    this.#keptMb = heapMb();
  }
}

function heapMb(): number {
  const { total_physical_size: own, external_memory: external } = getHeapStatistics();
  return (own + external) / mebibyte;
}

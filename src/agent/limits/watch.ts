import type { ContainerPlan } from '../container-command.ts';
import type { ContainerLimits, LimitReason, LimitsEvents } from './contract.ts';
import { processesNow, ProcessTree } from './process-tree.ts';
import { ProcessorTime } from './processor-time.ts';

/** How often containers are looked at, milliseconds. A program can fill some 50 MiB in that time. */
const lookMs = 50;
/** What was not looked at for so long stood still, all of it: nothing has grown, and what goes on first is the call that woke it. */
const stillMs = 1_000;
/** How often new processes are looked for, in looks; in the others only the known ones are read. */
const looksPerWalk = 4;
/** Growth since the last look after which new processes are looked for at once, bytes. */
const suddenBytes = 16_777_216;
const mebibyte = 1_048_576;
/** Smaller changes of what a container takes are not told, bytes. */
const toldBytes = 2_097_152;

/**
 * Limits by looking at what a container's processes use, and saying when it is too much: for places whose kernel does
 * not enforce limits for us. Memory that no process maps cannot be had (see seccomp-rules.ts) but in files, which are counted.
 * Blank containers are not looked at: only our own runtime runs in them.
 */
export class Watcher {
  readonly #memory: boolean;
  readonly #margin: number | undefined;
  readonly #watched = new Set<Watched>();
  #looks = 0;
  #lookedAt = 0;
  #skipped = false;
  /** All processes, of whatever container, when they were last looked for; and how often there were others than before. */
  #processes = '';
  #generation = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `margin`: how many processes above the limit are tolerated; without it they are not counted. */
  constructor(memory: boolean, margin: number | undefined) {
    this.#memory = memory;
    this.#margin = margin;
  }

  limits(plan: ContainerPlan, events: LimitsEvents): ContainerLimits {
    let watched: Watched | undefined;
    let reason: LimitReason | undefined;
    return {
      admit: (initPid) => {
        watched = new Watched(initPid, plan.pidsMax + (this.#margin ?? Infinity), {
          over: (why) => {
            reason = why;
            events.over(why);
          },
          taken: (bytes) => events.taken(bytes),
        });
      },
      occupied: ({ memoryMb, storageMb }) => {
        if (storageMb !== undefined) watched?.storageApart();
        if (watched !== undefined) this.#watch(watched, this.#memory ? memoryMb * mebibyte : Infinity);
      },
      processorMs: () => watched?.processorMs(this.#processGeneration()),
      memoryPeakMb: () => (this.#memory ? watched?.memoryPeakMb() : undefined),
      verdict: () => reason,
      release: () => {
        if (watched !== undefined) this.#forget(watched);
      },
    };
  }

  #watch(watched: Watched, bytesMax: number): void {
    watched.bytesMax = bytesMax;
    this.#watched.add(watched);
    if (this.#timer !== undefined) return;
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  #forget(watched: Watched): void {
    watched.close();
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    // Only once in a row: an agent that gets no processor looks late, too.
    this.#skipped = !this.#skipped && now - this.#lookedAt > stillMs;
    this.#lookedAt = now;
    if (this.#skipped) return;
    const generation = this.#looks++ % looksPerWalk === 0 ? this.#processGeneration() : undefined;
    for (const watched of this.#watched) {
      watched.look(generation);
      if (watched.done) this.#forget(watched);
    }
  }

  /** Changes whenever there are other processes than before. */
  #processGeneration(): number {
    const processes = processesNow();
    if (processes !== this.#processes) this.#generation++;
    this.#processes = processes;
    return this.#generation;
  }
}

class Watched {
  bytesMax = Infinity;
  done = false;
  readonly #tree: ProcessTree;
  readonly #pidsMax: number;
  readonly #events: LimitsEvents;
  /** What was said last of what it takes. */
  #toldBytes = 0;
  readonly #processorTime = new ProcessorTime();
  /** Of the processes that the last walk saw. */
  #generation: number | undefined;
  #bytes = 0;

  constructor(initPid: number, pidsMax: number, events: LimitsEvents) {
    this.#tree = new ProcessTree(initPid);
    this.#pidsMax = pidsMax;
    this.#events = events;
  }

  /** Its `/tmp` has a limit of its own. */
  storageApart(): void {
    this.#tree.memoryFolders = ['dev/shm'];
  }

  /** `generation`: of the processes that there are now, where that was asked. */
  look(generation: number | undefined): void {
    if (this.#generation === undefined || (generation !== undefined && generation !== this.#generation))
      this.#walk(generation);
    else if (generation !== undefined) this.#tree.recount();
    let bytes = this.#tree.residentBytes();
    if (bytes - this.#bytes > suddenBytes) {
      this.#walk(generation);
      bytes = this.#tree.residentBytes();
    }
    this.#bytes = bytes;
    const { takenBytes } = this.#tree;
    if (Math.abs(takenBytes - this.#toldBytes) >= toldBytes) this.#events.taken((this.#toldBytes = takenBytes));
    if (bytes > this.bytesMax) this.#end('memory');
    else if (this.#tree.tasks > this.#pidsMax) this.#end('processes');
  }

  /** Those that ended since the last look are not in it any more, but in what was seen of them. */
  memoryPeakMb(): number | undefined {
    if (this.#generation === undefined) this.#walk();
    this.#tree.residentBytes();
    return this.#tree.ownBytesMax === 0 ? undefined : this.#tree.ownBytesMax / mebibyte;
  }

  processorMs(generation: number): number {
    if (generation !== this.#generation) this.#walk(generation);
    return this.#processorTime.read(this.#tree.pids);
  }

  #walk(generation = this.#generation ?? 0): void {
    this.#generation = generation;
    this.#tree.walk();
  }

  close(): void {
    this.#tree.close();
    this.#processorTime.close();
  }

  #end(reason: LimitReason): void {
    this.done = true;
    this.#events.over(reason);
  }
}

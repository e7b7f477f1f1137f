import type { ContainerPlan } from '../container-command.ts';
import type { ContainerLimits, LimitReason } from './container-limits.ts';
import { processesNow, ProcessTree } from './process-tree.ts';

/** How often containers are looked at, milliseconds. A program can fill some 50 MiB in that time. */
const lookMs = 50;
/** How often new processes are looked for, in looks; in the others only the known ones are read. */
const looksPerWalk = 4;
/** A container that has the same memory for so many looks is only looked at when new processes are looked for. */
const looksUntilQuiet = 20;
/** Growth since the last look after which new processes are looked for at once, bytes. */
const suddenBytes = 16_777_216;
const mebibyte = 1_048_576;

/**
 * Limits by looking at what a container's processes use, and saying when it is too much: for places whose kernel does
 * not enforce limits for us. Memory that no process maps cannot be had (see seccomp-rules.ts) but in files, which are counted.
 * Blank containers are not looked at: only our own runtime runs in them.
 */
export class Watcher {
  readonly #memory: boolean;
  readonly #margin: number | undefined;
  readonly #watched = new Set<Watched>();
  #looksToWalk = 0;
  /** All processes, of whatever container, when they were last looked for. */
  #processes = '';
  #timer: NodeJS.Timeout | undefined;

  /** `margin`: how many processes above the limit are tolerated; without it they are not counted. */
  constructor(memory: boolean, margin: number | undefined) {
    this.#memory = memory;
    this.#margin = margin;
  }

  limits(plan: ContainerPlan, over: (reason: LimitReason) => void): ContainerLimits {
    let watched: Watched | undefined;
    let reason: LimitReason | undefined;
    return {
      admit: (initPid) => {
        watched = new Watched(initPid, plan.pidsMax + (this.#margin ?? Infinity), (why) => {
          reason = why;
          over(why);
        });
      },
      occupied: () => {
        if (watched !== undefined) this.#watch(watched, this.#memory ? plan.memoryMb * mebibyte : Infinity);
      },
      verdict: () => reason,
      release: () => {
        if (watched !== undefined) this.#forget(watched);
      },
    };
  }

  #watch(watched: Watched, bytesMax: number): void {
    watched.bytesMax = bytesMax;
    this.#watched.add(watched);
    this.#rouse();
  }

  #forget(watched: Watched): void {
    watched.close();
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One that is not quiet: the next look is soon. */
  #rouse(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), lookMs);
  }

  #look(): void {
    this.#looksToWalk -= 1;
    const news = this.#looksToWalk > 0 ? 'not asked' : this.#news();
    let quiet = true;
    for (const watched of this.#watched) {
      if (news !== 'not asked' || !watched.quiet) watched.look(news);
      if (watched.done) this.#forget(watched);
      else quiet &&= watched.quiet;
    }
    if (this.#watched.size === 0) return;
    if (quiet) this.#looksToWalk = 1;
    this.#timer = setTimeout(() => this.#look(), quiet ? lookMs * looksPerWalk : lookMs);
  }

  #news(): News {
    this.#looksToWalk = looksPerWalk;
    const processes = processesNow();
    const news = processes === this.#processes ? 'none' : 'some';
    this.#processes = processes;
    return news;
  }
}

/** Whether there are other processes than before. */
type News = 'not asked' | 'none' | 'some';

class Watched {
  bytesMax = Infinity;
  done = false;
  readonly #tree: ProcessTree;
  readonly #pidsMax: number;
  readonly #over: (reason: LimitReason) => void;
  #walked = false;
  #bytes = 0;
  /** Looks since its memory changed. */
  #same = 0;

  constructor(initPid: number, pidsMax: number, over: (reason: LimitReason) => void) {
    this.#tree = new ProcessTree(initPid);
    this.#pidsMax = pidsMax;
    this.#over = over;
  }

  /** Its memory has not changed for a while. */
  get quiet(): boolean {
    return this.#same >= looksUntilQuiet;
  }

  look(news: News): void {
    if (news === 'some' || !this.#walked) this.#walk();
    else if (news === 'none') this.#tree.recount();
    let bytes = this.#tree.residentBytes();
    if (bytes - this.#bytes > suddenBytes) {
      this.#walk();
      bytes = this.#tree.residentBytes();
    }
    this.#same = bytes === this.#bytes ? this.#same + 1 : 0;
    this.#bytes = bytes;
    if (bytes > this.bytesMax) this.#end('memory');
    else if (this.#tree.tasks > this.#pidsMax) this.#end('processes');
  }

  #walk(): void {
    this.#walked = true;
    this.#tree.walk();
  }

  close(): void {
    this.#tree.close();
  }

  #end(reason: LimitReason): void {
    this.done = true;
    this.#over(reason);
  }
}

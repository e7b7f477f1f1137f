import type { ContainerPlan } from '../container-command.ts';
import type { ContainerLimits, LimitReason } from './container-limits.ts';
import { processesNow, ProcessTree } from './process-tree.ts';

/** How often containers are looked at, milliseconds. A program can fill some 50 MiB in that time. */
const lookMs = 50;
/** How often new processes are looked for, in looks; in the others only the known ones are read. */
const looksPerWalk = 4;
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
  #looks = 0;
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
    this.#timer ??= setInterval(() => this.#look(), lookMs);
  }

  #forget(watched: Watched): void {
    watched.close();
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const news = this.#looks++ % looksPerWalk === 0 ? this.#news() : 'not asked';
    for (const watched of this.#watched) {
      watched.look(news);
      if (watched.done) this.#forget(watched);
    }
  }

  #news(): News {
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

  constructor(initPid: number, pidsMax: number, over: (reason: LimitReason) => void) {
    this.#tree = new ProcessTree(initPid);
    this.#pidsMax = pidsMax;
    this.#over = over;
  }

  look(news: News): void {
    if (news === 'some' || !this.#walked) this.#walk();
    else if (news === 'none') this.#tree.recount();
    let bytes = this.#tree.residentBytes();
    if (bytes - this.#bytes > suddenBytes) {
      this.#walk();
      bytes = this.#tree.residentBytes();
    }
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

import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** What proc(5) counts in, per second: USER_HZ, the same on every Linux of this architecture, and in gVisor. */
const ticksPerSecond = 100;

/**
 * Processor time that processes wanted, as far as the kernel tells: what they had, and what they stood in line for. Sums what was
 * seen between two readings, so that it never goes back; what a task takes after the last reading of its life is lost.
 */
export class ProcessorTime {
  #totalMs = 0;
  /** What each task was last seen to have wanted. */
  readonly #seenMs = new Map<string, number>();
  /** Open `stat` of each process, where that is what is read. */
  readonly #stats = new Map<number, number>();

  /** Reads what these processes wanted until now, and gives the sum of all time, milliseconds. */
  read(pids: Iterable<number>): number {
    const there = new Set<string>();
    const living = new Set<number>();
    for (const pid of pids) {
      living.add(pid);
      for (const [task, ms] of hasSchedstat ? wantedByTasks(pid) : this.#wantedByProcess(pid)) {
        there.add(task);
        this.#totalMs += Math.max(0, ms - (this.#seenMs.get(task) ?? 0));
        this.#seenMs.set(task, ms);
      }
    }
    for (const task of this.#seenMs.keys()) if (!there.has(task)) this.#seenMs.delete(task);
    for (const pid of this.#stats.keys()) if (!living.has(pid)) this.#close(pid);
    return this.#totalMs;
  }

  close(): void {
    for (const pid of this.#stats.keys()) this.#close(pid);
  }

  /** gVisor counts a task's time while it wants to run, whether or not the host lets it; `schedstat` it has none. */
  #wantedByProcess(pid: number): (readonly [task: string, ms: number])[] {
    try {
      const fd = this.#stats.get(pid) ?? openSync(`/proc/${pid}/stat`, 'r');
      this.#stats.set(pid, fd);
      const text = line.toString('latin1', 0, readSync(fd, line, 0, line.length, 0));
      // The name, in brackets, may itself hold brackets and blanks: fields count from the state, the third, after the last one.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return [[String(pid), ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond]];
    } catch {
      return []; // it died while we looked
    }
  }

  #close(pid: number): void {
    const fd = this.#stats.get(pid);
    if (fd !== undefined) closeSync(fd);
    this.#stats.delete(pid);
  }
}

const line: Buffer = Buffer.alloc(1_024);

/** Linux says to the nanosecond what each task had and how long it waited for a processor (sched-stats.rst). */
const hasSchedstat = ((): boolean => {
  try {
    return readFileSync('/proc/self/schedstat', 'latin1') !== '';
  } catch {
    return false;
  }
})();

function wantedByTasks(pid: number): (readonly [task: string, ms: number])[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((task) => {
      const [had, waited] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ');
      return [task, (Number(had) + Number(waited)) / 1_000_000] as const;
    });
  } catch {
    return []; // a task died while we looked; the next reading sees the others
  }
}

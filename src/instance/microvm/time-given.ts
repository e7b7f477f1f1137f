import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** A guest that gets next to nothing of the processor is waited for this much longer than one that gets all it wants, at most. */
const patience = 10;
const lookEveryMs = 500;

/** What a process's threads had of the processor, and for how long the one that waited longest stood in line for it. */
export interface ProcessorTime {
  readonly hadMs: number;
  readonly waitedMs: number;
}

/**
 * Whether a guest has had its time: time in which it was not let at the processor does not count, up to a limit. One that
 * hangs has it all the same, whether it spins or sleeps.
 */
export function isOver(sinceMs: number, waitedMs: number, givenMs: number): boolean {
  return sinceMs >= givenMs * patience || sinceMs - waitedMs >= givenMs;
}

/** Fires when a process has had its time. To be disposed of when nobody waits for that process any more. */
export function timeLimit(pid: number, givenMs: number): { readonly signal: AbortSignal } & Disposable {
  const over = new AbortController();
  const stop = new AbortController();
  watch(pid, givenMs, stop.signal).then(
    () => over.abort(),
    () => undefined, // it was disposed of
  );
  return { signal: over.signal, [Symbol.dispose]: () => stop.abort() };
}

async function watch(pid: number, givenMs: number, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  for (let waitedMs = 0; !isOver(performance.now() - begin, waitedMs, givenMs);) {
    await wait(Math.min(lookEveryMs, givenMs), undefined, { signal });
    ({ waitedMs } = await processorTime(pid));
  }
}

/** Of `/proc/…/schedstat` (Documentation/scheduler/sched-stats.rst), nanoseconds; nothing of a process that is gone. */
export async function processorTime(pid: number): Promise<ProcessorTime> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const texts = await Promise.all(
    threads.map((id) => readFile(`/proc/${pid}/task/${id}/schedstat`, 'utf8').catch(() => '0 0')),
  );
  const times = texts.map((text) => text.split(' ').map((ns) => Number(ns) / 1e6));
  const hadMs = times.reduce((sum, [had = 0]) => sum + had, 0);
  return { hadMs, waitedMs: Math.max(0, ...times.map(([, waited = 0]) => waited)) };
}

import { readFile, stat } from 'node:fs/promises';
import { systemClock, type Timer } from '../../model/clock.ts';
import { treeOf } from '../processes/processes.ts';
import { treeResidentBytes } from '../processes/resident.ts';
import { findSentry } from './sentry.ts';

/** How often a sandbox's memory is looked at. One `stat` each. */
const lookEveryMs = 500;
/** How often what the sandbox's own processes have beside that is looked at, in looks: they are many, and change little. */
const looksPerOwn = 20;

/** How long a sandbox may still have what is no longer allowed: memory of what ended is not given back at once. */
const lowerMs = 5_000;

/** Looks after a sandbox's memory. */
export interface MemoryWatch extends Disposable {
  /** So much, bytes, it may use from now on; where that is less than before, from some seconds on. */
  allow(limitBytes: number): void;
  /** Whether its memory can change: while the sandbox rests it is not looked at. */
  resting(rests: boolean): void;
  /** What the sandbox costs the host now, bytes. */
  residentBytes(): Promise<number>;
}

/**
 * Calls `onOver` once, with how much it has and may have, when a sandbox uses more than `limitBytes`, or what it was allowed
 * since. `pid` is a process that has all of the sandbox below it.
 *
 * All memory of a gVisor guest, its programs' and its tmpfs', lies in one memfd of the sentry called `runsc-memory`. Its
 * allocated blocks are the exact figure; resident set sizes miss what no process has mapped just now, by half.
 */
export function watchMemory(
  pid: number,
  limitBytes: number,
  onOver: (bytes: number, bytesMax: number) => void,
): MemoryWatch {
  let bytesMax = limitBytes;
  let lowering: Timer | undefined;
  let file: string | undefined;
  let timer: Timer | undefined;
  let ended = false;
  let rests = false;
  let nextLookMs = 0;
  let looks = 0;
  let own = 0;

  const residentBytes = async (fresh = true): Promise<number> => {
    file ??= (await findSentry(pid))?.memoryFile;
    if (file === undefined) return treeResidentBytes(pid);
    if (fresh) own = await anonymousBytes(pid);
    return (await stat(file)).blocks * 512 + own;
  };
  const look = async (): Promise<void> => {
    const bytes = await residentBytes(looks++ % looksPerOwn === 0).catch(() => 0); // it is just dying
    if (ended) return;
    if (bytes > bytesMax) return onOver(bytes, bytesMax);
    nextLookMs = systemClock.now() + lookEveryMs;
    arm();
  };
  const arm = (): void => {
    timer?.[Symbol.dispose]();
    timer =
      rests || ended ? undefined : systemClock.timer(Math.max(0, nextLookMs - systemClock.now()), () => void look());
  };
  nextLookMs = systemClock.now() + lookEveryMs;
  arm();
  return {
    allow: (wantedBytes) => {
      lowering?.[Symbol.dispose]();
      if (wantedBytes >= bytesMax) bytesMax = wantedBytes;
      else lowering = systemClock.timer(lowerMs, () => (bytesMax = wantedBytes));
    },
    resting: (value) => {
      if (rests === value) return;
      rests = value;
      arm();
    },
    residentBytes: () => residentBytes(),
    [Symbol.dispose]: () => {
      ended = true;
      timer?.[Symbol.dispose]();
      lowering?.[Symbol.dispose]();
    },
  };
}

/** What sentry, gofer and their helpers have for themselves. */
async function anonymousBytes(pid: number): Promise<number> {
  const sizes = await Promise.all(
    (await treeOf(pid)).map(async (process) => {
      const text = await readFile(`/proc/${process}/status`, 'utf8').catch(() => '');
      return Number(/^RssAnon:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1_024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

import type { HostId } from '../contract.ts';
import { silenceMs } from './times.ts';

/** When a host was heard, by the listener's monotonic clock. */
interface Heard {
  /** Of the process that spoke: another one with the same id is another host. */
  readonly process: string;
  readonly at: number;
}

/**
 * Who is heard: pure, told what is heard and what time it is. A listener that stood still, or was cut off, heard nobody meanwhile: that says nothing of the others, who are
 * given the time again.
 */
export class WhoIsHeard {
  readonly #heard = new Map<HostId, Heard>();
  /** Processes that said that they go; of each host the last. */
  readonly #ended = new Map<HostId, string>();
  #lookedAt: number;

  constructor(now: number) {
    this.#lookedAt = now;
  }

  /** Gives whether it was not heard before, or by another process. */
  beat(id: HostId, process: string, now: number): boolean {
    const before = this.#heard.get(id);
    this.#heard.set(id, { process, at: now });
    this.#ended.delete(id);
    return before?.process !== process;
  }

  /** It said that it goes. Gives whether it was there. */
  gone(id: HostId, process: string): boolean {
    if (this.#heard.get(id)?.process !== process) return false;
    this.#ended.set(id, process);
    return this.#heard.delete(id);
  }

  /**
   * Forgets those that are silent for too long; gives them. `looksEveryMs`: how often this is called where the machine has time for it; `deaf`: nothing could be heard
   * since the last time.
   */
  look(now: number, looksEveryMs: number, deaf: boolean): readonly HostId[] {
    const passed = now - this.#lookedAt;
    this.#lookedAt = now;
    const standstill = deaf ? passed : passed > silenceMs / 3 ? passed - looksEveryMs : 0;
    const silent: HostId[] = [];
    for (const [id, heard] of this.#heard) {
      const at = Math.min(now, heard.at + standstill);
      if (standstill > 0) this.#heard.set(id, { ...heard, at });
      if (now - at >= silenceMs) silent.push(id);
    }
    for (const id of silent) this.#heard.delete(id);
    return silent;
  }

  /** Its process that said that it goes, where nothing was heard of it since. */
  endedProcessOf(id: HostId): string | undefined {
    return this.#ended.get(id);
  }

  /** The process of it that was heard last. */
  processOf(id: HostId): string | undefined {
    return this.#heard.get(id)?.process;
  }
}

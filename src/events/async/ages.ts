import type { Timer } from '../../model/clock.ts';
import { limits } from '../../model/limits.ts';
import type { KeptEvent } from '../../store/durable/contracts/events.ts';
import { never, type Line } from './lines/line.ts';
import { isTooOld } from './schedule.ts';
import type { WriteOptions } from './lines/write-down.ts';

export interface AgesOptions extends WriteOptions {
  /** All lines of which something is known. */
  readonly lines: () => Iterable<Line>;
  /** How old an event may become, by the rules of now, ms. Never rejects. */
  readonly ageMsMax: (event: KeptEvent) => Promise<number>;
  /** Ends one that waits and is too old, and is in no window any more; gives whether it could. */
  readonly expire: (line: Line, event: KeptEvent) => Promise<boolean>;
}

/** Rules may change, and the clock be put forward, while events wait: they are looked at again after so long. */
const lookMsMax = 60_000;

/**
 * Ends events that become too old while they wait for their turn, or for capacity, when they do: whoever is before them may run for a quarter of an
 * hour. None may be younger than a minute at its end, so that nothing is looked at where nothing waits for as long.
 */
export class Ages {
  readonly #o: AgesOptions;
  #timer: Timer | undefined;
  #atMs = never;
  #looking = false;
  /** Until when nothing of a line is too old that was not before. */
  readonly #quietUntilMs: WeakMap<Line, number> = new WeakMap();
  #stopped = false;

  constructor(options: AgesOptions) {
    this.#o = options;
  }

  /** A line may have something that waits. */
  watch(line: Line): void {
    const atMs = this.#dueMs(line);
    if (atMs !== never) this.#lookAt(atMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  /** When a line has to be looked at; never where nothing of it waits. */
  #dueMs(line: Line): number {
    const sinceMs = line.window[0]?.acceptedMs ?? line.moreMs;
    return Math.max(sinceMs + limits.eventAgeMsMin + 1, this.#quietUntilMs.get(line) ?? 0);
  }

  #lookAt(atMs: number): void {
    if (this.#stopped || atMs >= this.#atMs) return;
    this.#atMs = atMs;
    if (!this.#looking) this.#setTimer();
  }

  #setTimer(): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#atMs === never || this.#stopped) return;
    const delayMs = Math.min(lookMsMax, Math.max(0, this.#atMs - this.#o.clock.wall()));
    this.#timer = this.#o.clock.timer(delayMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#atMs = never;
    for (const line of [...this.#o.lines()]) {
      const nowMs = this.#o.clock.wall();
      if (this.#dueMs(line) <= nowMs && !this.#stopped) {
        const nextMs = await this.#end(line);
        this.#quietUntilMs.set(line, Math.min(nextMs, nowMs + lookMsMax));
      }
      this.watch(line);
    }
    this.#looking = false;
    this.#setTimer();
  }

  /** Ends what of a line is too old; gives when the next of it is. */
  async #end(line: Line): Promise<number> {
    for (;;) {
      const inMemory = line.window.length > 0;
      const waiting = inMemory ? [...line.window] : await this.#stored(line);
      let nextMs = never;
      let ended = 0;
      for (const event of waiting) {
        const ageMsMax = await this.#o.ageMsMax(event);
        // It may have begun in the meantime.
        const there = inMemory ? line.window.includes(event) : !line.held.has(event.id);
        if (!there || this.#stopped) continue;
        if (!isTooOld(event, { ageMsMax }, this.#o.clock.wall())) {
          nextMs = Math.min(nextMs, event.acceptedMs + ageMsMax + 1);
          continue;
        }
        if (inMemory) line.window.splice(line.window.indexOf(event), 1);
        if (await this.#o.expire(line, event)) ended += 1;
        else nextMs = Math.min(nextMs, this.#o.clock.wall() + lookMsMax);
      }
      // Behind those that are gone there may be more as old.
      if (ended === 0 || nextMs !== never) return nextMs;
    }
  }

  /** The first of what is due and not in memory; it stays where it is. */
  async #stored(line: Line): Promise<readonly KeptEvent[]> {
    const { store, clock, logger } = this.#o;
    const nowMs = clock.wall();
    if (line.moreMs > nowMs || line.taking) return [];
    const { eventWindow: max, eventBytesLoadedMax } = limits;
    const asked = { ...line.name, nowMs, max, bytesMax: eventBytesLoadedMax / max, held: [...line.held] };
    try {
      return (await store.take(asked, 'process')).events;
    } catch (err) {
      if (!this.#stopped) logger.error({ err, ...line.name }, 'Events could not be read.');
      return [];
    }
  }
}

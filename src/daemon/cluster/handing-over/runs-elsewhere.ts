import type { HostId } from '../../../cluster/contract.ts';
import type { Clock, Timer } from '../../../model/clock.ts';
import type { EventName } from '../../../store/durable/contracts/events.ts';
import type { LeftRunning } from './left-running.ts';

/** What {@link RunsElsewhere} works with. */
export interface ElsewhereParts {
  readonly left: readonly LeftRunning[];
  /** Whether a host is there. */
  readonly isHeard: (host: HostId) => boolean;
  /** Which of a shard's events a host still runs, by their ids. Rejects where it does not say. */
  readonly stillRuns: (host: HostId) => Promise<ReadonlySet<number>>;
  /** Nobody runs these any more. */
  readonly release: (events: readonly EventName[]) => void;
  /** Calls when hosts come or go. */
  readonly onHosts: (listener: () => void) => Disposable;
  readonly clock: Clock;
}

/** A host is asked what it still runs so often, ms: it may have been started again, or have failed to say what came of something. */
const askEveryMs = 5_000;
/** Longer than any function may run, ms: who is there, and could not be asked for so long, is waited for no more. */
const waitMsMax = 960_000;

/**
 * What homes before this one left running of a shard. It is begun by nobody else until its host has said what came of it (`told`), says that it does not run it, or is gone: as
 * with everything that runs on a host that dies, it is begun again then.
 */
export class RunsElsewhere implements Disposable {
  readonly #parts: ElsewhereParts;
  readonly #left: Map<HostId, Map<number, EventName>>;
  readonly #hosts: Disposable;
  readonly #until: number;
  #timer: Timer | undefined;
  #over = false;

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
    this.#left = new Map(parts.left.map(({ host, events }) => [host, new Map(events.map((one) => [one.id, one]))]));
    this.#until = parts.clock.now() + waitMsMax;
    this.#hosts = parts.onHosts(() => this.#lookForHosts());
  }

  /** When what is released can be begun. */
  begin(): void {
    void this.#look();
  }

  /** What still runs elsewhere, as far as is known. */
  get left(): readonly LeftRunning[] {
    return [...this.#left].flatMap(([host, events]) =>
      events.size > 0 ? [{ host, events: [...events.values()] }] : [],
    );
  }

  /** It was said what came of it. */
  told(id: number): void {
    for (const events of this.#left.values()) events.delete(id);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#hosts[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    this.#lookForHosts();
    await Promise.all(this.left.map(async ({ host, events }) => await this.#ask(host, events)));
    if (this.#over || this.left.length === 0) return;
    this.#timer = this.#parts.clock.timer(askEveryMs, () => void this.#look());
  }

  #lookForHosts(): void {
    const { isHeard, clock } = this.#parts;
    const isLate = clock.now() >= this.#until;
    for (const { host, events } of this.left) if (isLate || !isHeard(host)) this.#release(host, events);
  }

  async #ask(host: HostId, events: readonly EventName[]): Promise<void> {
    try {
      const still = await this.#parts.stillRuns(host);
      this.#release(
        host,
        events.filter(({ id }) => !still.has(id)),
      );
    } catch {
      // It is asked again, for as long as it is there.
    }
  }

  #release(host: HostId, events: readonly EventName[]): void {
    const known = this.#left.get(host);
    const released = events.filter(({ id }) => known?.delete(id) === true);
    if (released.length > 0 && !this.#over) this.#parts.release(released);
  }
}

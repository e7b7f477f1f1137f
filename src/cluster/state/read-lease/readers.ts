import type { Clock } from '../../../model/clock.ts';
import type { HostId, LogPosition, Membership } from '../../contract.ts';
import { sharedRuns } from '../barrier.ts';
import { attemptMs, lookMs, waitMs } from './times.ts';

/** What {@link Readers} are made with. */
export interface ReadersParts {
  readonly clock: Clock;
  readonly hosts: Pick<Membership, 'alive' | 'all' | 'hasEnded' | 'onChange' | 'self'>;
  /** Since when this host hears others, if they are there, ms of its clock. */
  readonly steadySince: () => number;
  /** Where this host is in the log. */
  readonly position: () => LogPosition;
  /** Resolves when another host has what the log has up to a position, and what follows from it is done there. Rejects where it does not say so. */
  readonly reachedBy: (host: HostId, position: LogPosition, signal: AbortSignal) => Promise<void>;
}

/** The other hosts, as whoever changes something has to wait for them: each has the change, or answers nobody. */
export class Readers implements Disposable {
  readonly #parts: ReadersParts;
  readonly #over = new AbortController();
  /** Up to where others have said to have the log. */
  readonly #have = new Map<HostId, LogPosition>();
  /** Since when others are not heard. */
  readonly #silentSince = new Map<HostId, number>();
  /** When others asked this one last. */
  readonly #askedAt = new Map<HostId, number>();
  readonly #asks = new Map<HostId, () => Promise<void>>();
  readonly #beganAt: number;
  readonly #watching: Disposable;
  #heard: ReadonlySet<HostId> = new Set();

  constructor(parts: ReadersParts) {
    this.#parts = parts;
    this.#beganAt = parts.clock.now();
    this.#watching = parts.hosts.onChange(() => this.#look());
    this.#look();
  }

  /**
   * Resolves when every host has what the log has up to a position, which this one has; a host that does not say so is waited for until it has found out that it cannot know: 6.5 s from now, or from when it was
   * last heard.
   */
  async allHave(position: LogPosition): Promise<void> {
    const { clock, hosts } = this.#parts;
    const until = clock.now() + waitMs;
    const others = hosts.all().filter(({ id }) => id !== hosts.self.id);
    await Promise.all(others.map(({ id }) => this.#has(id, position, until)));
  }

  /** Another host has asked this one: it is there, whether it was heard otherwise or not. */
  asked(id: HostId): void {
    this.#askedAt.set(id, this.#parts.clock.now());
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error('The service is stopping.'));
    this.#watching[Symbol.dispose]();
  }

  async #has(id: HostId, position: LogPosition, until: number): Promise<void> {
    const { clock } = this.#parts;
    let asking: Promise<void> | undefined;
    while ((this.#have.get(id) ?? -1n) < position && this.#mayAnswer(id) && clock.now() < until) {
      if (this.#over.signal.aborted) return;
      asking ??= this.#ask(id).finally(() => (asking = undefined));
      const { promise, resolve } = Promise.withResolvers<void>();
      using _look = clock.timer(lookMs, resolve);
      await Promise.race([promise, asking]);
    }
  }

  /** Whether a host may still answer by what it had before. */
  #mayAnswer(id: HostId): boolean {
    const { hosts, clock, steadySince } = this.#parts;
    if (hosts.hasEnded(id) || !hosts.all().some((one) => one.id === id)) return false;
    const lastAt = Math.max(
      this.#silentSince.get(id) ?? this.#beganAt,
      this.#askedAt.get(id) ?? -Infinity,
      steadySince(),
    );
    return this.#heard.has(id) || clock.now() - lastAt < waitMs;
  }

  /** One question for all who ask at once; it begins after each of them has. */
  #ask(id: HostId): Promise<void> {
    let ask = this.#asks.get(id);
    if (ask === undefined) {
      ask = sharedRuns(() => this.#askOnce(id));
      this.#asks.set(id, ask);
    }
    return ask();
  }

  /** Never rejects. */
  async #askOnce(id: HostId): Promise<void> {
    const { reachedBy, position, clock } = this.#parts;
    const late = new AbortController();
    using _late = clock.timer(attemptMs, () => late.abort(new Error('Another host did not answer in time.')));
    const asked = position();
    try {
      await reachedBy(id, asked, AbortSignal.any([late.signal, this.#over.signal]));
      if ((this.#have.get(id) ?? -1n) < asked) this.#have.set(id, asked);
    } catch {
      // It has not said so: it is asked again, or waited for.
      await new Promise<void>((resolve) => clock.timer(lookMs, resolve));
    }
  }

  #look(): void {
    const { hosts, clock } = this.#parts;
    const heard = new Set(hosts.alive().map(({ id }) => id));
    for (const id of this.#heard) if (!heard.has(id)) this.#silentSince.set(id, clock.now());
    for (const id of heard) this.#silentSince.delete(id);
    const known = new Set(hosts.all().map(({ id }) => id));
    for (const kept of [this.#have, this.#silentSince, this.#askedAt, this.#asks])
      for (const id of kept.keys()) if (!known.has(id)) kept.delete(id);
    this.#heard = heard;
  }
}

import { randomBytes } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { ClusterUnavailableError, type HostId, type Lease, type Leases } from '../contract.ts';
import type { SeenEntry } from './entry.ts';
import { HeldLease } from './held-lease.ts';
import { LeaseConflictError, type LeaseStore } from './lease-store.ts';
import { LeaseView } from './lease-view.ts';
import { retryMs } from './times.ts';

/** What leases are made from. */
export interface LeasesOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly self: HostId;
  /** Told what goes wrong and mends itself. */
  readonly report: (error: unknown) => void;
}

/** The leases of a cluster as one process sees, takes and renews them. */
export class ClusterLeases implements Leases, AsyncDisposable {
  readonly #options: LeasesOptions;
  /** Of this process: what another with the same host's id had is not its own. */
  readonly #process = randomBytes(8).toString('hex');
  readonly #views = new Map<string, LeaseView>();
  readonly #held = new Map<string, HeldLease>();
  readonly #taking = new Map<string, Promise<Lease | undefined>>();
  readonly #listeners = new Set<() => void>();
  #holdings = 0;
  #proving: Promise<void> | undefined;
  #closed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
    this.watch();
  }

  /** Looks at all of them anew: what was watched may have been lost on the way. */
  watch(): void {
    this.#options.store.watch((name, entry) => this.#note(name, entry));
  }

  /** Where this process has it already it is the same lease; undefined while that is suspended. */
  take(name: string): Promise<Lease | undefined> {
    const held = this.#held.get(name);
    if (held !== undefined) return Promise.resolve(held.valid ? held : undefined);
    // Two at once would take it from each other.
    const under = this.#taking.get(name);
    if (under !== undefined) return under;
    const taking = this.#take(name).finally(() => this.#taking.delete(name));
    this.#taking.set(name, taking);
    return taking;
  }

  async #take(name: string): Promise<Lease | undefined> {
    const { store, clock, self } = this.#options;
    const view = this.#viewOf(name);
    const takeable = view.takeable((holding) => this.#isOver(name, holding));
    if (takeable === undefined) return undefined;
    const holding = `${this.#process}.${++this.#holdings}`;
    const begunAt = clock.now();
    const entry = { host: self, epoch: undefined, holding, attempt: 0 };
    try {
      const revision = await store.write(name, entry, takeable.expected);
      const onResumed = (): void => this.#changed();
      const held = { name, host: self, holding, begunAt, revision, onResumed };
      return this.#hold(new HeldLease(store, clock, held), revision);
    } catch (error) {
      // Its holder could not write either, and comes first again.
      if (error instanceof ClusterUnavailableError && view.doubt()) void this.#lookAgain(name);
      if (!(error instanceof LeaseConflictError)) throw error;
      const seen = await store.read(name);
      if (seen !== undefined) this.#note(name, seen);
      return undefined;
    }
  }

  holderOf(name: string): { readonly host: HostId; readonly epoch: bigint } | undefined {
    return this.#views.get(name)?.holder;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Releases what it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    await Promise.all([...this.#held.values()].map((lease) => lease.release()));
    for (const view of this.#views.values()) view[Symbol.dispose]();
    await this.#options.store.close();
  }

  /** Undefined where its taking took longer than it is believed in. */
  #hold(lease: HeldLease, revision: number): Lease | undefined {
    const { name } = lease;
    this.#held.set(name, lease);
    lease.over.addEventListener('abort', () => {
      if (this.#held.get(name) === lease) this.#held.delete(name);
      this.#changed();
    });
    this.#note(name, lease.taken(revision));
    const newer = this.#views.get(name)?.entry;
    if (newer !== undefined) lease.saw(newer);
    return lease.valid ? lease : undefined;
  }

  /** Whether a holding was this process's own, and nothing is done with it any more. */
  #isOver(name: string, holding: string): boolean {
    return holding.startsWith(`${this.#process}.`) && this.#held.get(name) === undefined;
  }

  #viewOf(name: string): LeaseView {
    const present = this.#views.get(name);
    if (present !== undefined) return present;
    const onSilent = (): void => void this.#lookAgain(name);
    const view = new LeaseView(this.#options.clock, { onSilent, onRunOut: () => this.#changed() });
    this.#views.set(name, view);
    return view;
  }

  #note(name: string, entry: SeenEntry): void {
    const view = this.#viewOf(name);
    const before = view.holder;
    if (!view.note(entry)) return;
    this.#held.get(name)?.saw(entry);
    const after = view.holder;
    if (before?.host !== after?.host || before?.epoch !== after?.epoch) this.#changed();
  }

  /** It seems to have run out: perhaps only what is watched did not arrive, or nobody can write. */
  async #lookAgain(name: string): Promise<void> {
    // Its holder finds out by renewing it.
    if (this.#held.has(name)) return;
    const view = this.#viewOf(name);
    const known = view.entry?.revision ?? 0;
    try {
      const entry = await this.#options.store.read(name);
      if (entry !== undefined && entry.revision > known) {
        this.#note(name, entry);
        this.watch();
        return;
      }
    } catch (error) {
      this.#options.report(error);
    }
    await this.#works();
    view.proven(known);
  }

  /** Resolves when the bucket has carried out a write: for all that look at once. */
  #works(): Promise<void> {
    return (this.#proving ??= this.#prove().finally(() => (this.#proving = undefined)));
  }

  async #prove(): Promise<void> {
    const { store, clock, report } = this.#options;
    for (let tries = 0; !this.#closed; tries++) {
      try {
        return await store.prove();
      } catch (error) {
        if (tries === 0) report(error);
      }
      await new Promise<void>((resolve) => void clock.timer(retryMs, resolve));
    }
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

import type { Clock, Timer } from '../../../model/clock.ts';
import { ClusterUnavailableError, type HostId, type LogPosition, type Membership } from '../../contract.ts';
import { within } from '../../within.ts';
import { sharedRuns } from '../barrier.ts';
import { againMs, attemptMs, beginMs, believeMs, heardMs, lapseMs, renewMs, settleMs, witnessMs } from './times.ts';

/** What a {@link ReadLease} is made with. */
export interface ReadLeaseParts {
  readonly clock: Clock;
  readonly hosts: Pick<Membership, 'alive' | 'all' | 'hasEnded' | 'self'>;
  /** Has most servers carry out a write, and gives where the log ended after that. Rejects where nobody answers. */
  readonly prove: () => Promise<LogPosition>;
  /** Resolves when this host has what the log has up to a position, and what follows from it is done here. */
  readonly reached: (position: LogPosition) => Promise<void>;
  /** Up to where another host has the log. Rejects where it does not answer. */
  readonly positionOf: (host: HostId, signal: AbortSignal) => Promise<LogPosition>;
}

/**
 * Whether a host may answer from what it knows of the cluster's state. It may for a time after it has proven that it has all of the log; by NATS, or where that has no majority, by asking all hosts that it
 * heard in the minute before that: whoever changes something has it himself, so one of them would say so. A host that can do neither is cut off from where changes are made, and does not know what they are.
 */
export class ReadLease implements Disposable {
  readonly #parts: ReadLeaseParts;
  #until = -Infinity;
  /** Who was heard of late when NATS last had a majority for this host. */
  #witnesses: readonly HostId[] | undefined;
  /** When others were heard last, of the times that NATS had a majority. */
  readonly #heardAt = new Map<HostId, number>();
  /** When NATS last had a majority for this host, and since when it always had, ms. */
  #natsAt: number = -Infinity;
  #steadySince: number = Infinity;
  #next: Timer | undefined;
  #begun = false;
  readonly #over = new AbortController();

  constructor(parts: ReadLeaseParts) {
    this.#parts = parts;
  }

  /** From when on other hosts wait for this one: before that it answers nobody. */
  begin(): void {
    this.#begun = true;
    this.#loop();
  }

  get valid(): boolean {
    return this.#parts.clock.now() < this.#until;
  }

  /** Since when NATS has had a majority for this host: that it does not hear another says nothing of that one before, ms of its clock. */
  get steadySince(): number {
    return this.#parts.clock.now() - this.#natsAt > believeMs ? Infinity : this.#steadySince;
  }

  /** Resolves when it is valid. Throws ClusterUnavailableError where it is not within 1.5 s, or 5 s of one that begins. */
  async settled(): Promise<void> {
    const { clock } = this.#parts;
    const until = clock.now() + (this.#until === -Infinity ? beginMs : settleMs);
    while (!this.valid) {
      const left = until - clock.now();
      if (left <= 0 || this.#over.signal.aborted) throw unknowing();
      await within(this.#renew(), left, clock);
      if (!this.valid) await pause(againMs, clock);
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error('The service is stopping.'));
    this.#next?.[Symbol.dispose]();
  }

  readonly #renew = sharedRuns(async () => {
    if (!this.#begun) return;
    const { clock } = this.#parts;
    if (clock.now() > this.#until + lapseMs) {
      if ((await this.#proven()) === undefined) return;
      if (!(await this.#isHeard())) await pause(heardMs, clock);
    }
    const provenAt = await this.#proven();
    if (provenAt !== undefined) this.#until = provenAt + believeMs;
  });

  #loop(): void {
    if (this.#over.signal.aborted) return;
    void this.#renew();
    this.#next = this.#parts.clock.timer(renewMs, () => this.#loop());
  }

  /** When it was begun to prove that this host has all; undefined where it could not be proven. */
  async #proven(): Promise<number | undefined> {
    return (await this.#by(() => this.#byNats())) ?? (await this.#by(() => this.#byHosts()));
  }

  async #by(prove: () => Promise<void>): Promise<number | undefined> {
    const { clock } = this.#parts;
    const begunAt = clock.now();
    try {
      return (await within(prove(), attemptMs, clock)) ? begunAt : undefined;
    } catch {
      // Nobody can tell, by this way: what follows from that is that it is not valid.
      return undefined;
    }
  }

  /** Whether all others know that this host is there: who is asked by it waits for it. */
  async #isHeard(): Promise<boolean> {
    const { hosts } = this.#parts;
    const all = hosts.all().map(({ id }) => id);
    return (await this.#by(async () => void (await this.#askAll(all)))) !== undefined;
  }

  async #byNats(): Promise<void> {
    const { prove, reached, hosts, clock } = this.#parts;
    await reached(await prove());
    const now = clock.now();
    if (now - this.#natsAt > believeMs) this.#steadySince = now;
    this.#natsAt = now;
    for (const { id } of hosts.alive()) this.#heardAt.set(id, now);
    const known = hosts.all().map(({ id }) => id);
    for (const id of known) if (!this.#heardAt.has(id)) this.#heardAt.set(id, now);
    for (const id of this.#heardAt.keys()) if (!known.includes(id)) this.#heardAt.delete(id);
    this.#witnesses = known.filter((id) => now - (this.#heardAt.get(id) ?? now) < witnessMs);
  }

  async #byHosts(): Promise<void> {
    const { hosts, reached } = this.#parts;
    const positions = await this.#askAll(this.#witnesses ?? hosts.all().map(({ id }) => id));
    for (const position of positions) await reached(position);
  }

  /** Where others are in the log; this host, and who has said that he goes, left out. */
  async #askAll(ids: readonly HostId[]): Promise<readonly LogPosition[]> {
    const { hosts, positionOf, clock } = this.#parts;
    const late = new AbortController();
    using _late = clock.timer(attemptMs, () => late.abort(new Error('Another host did not answer in time.')));
    const asked = ids.filter((id) => id !== hosts.self.id && !hosts.hasEnded(id));
    return await Promise.all(asked.map((id) => positionOf(id, late.signal)));
  }
}

async function pause(ms: number, clock: Pick<Clock, 'timer'>): Promise<void> {
  await new Promise<void>((resolve) => clock.timer(ms, resolve));
}

function unknowing(): ClusterUnavailableError {
  return new ClusterUnavailableError(
    'This host is cut off from the others of its cluster, and cannot know what was changed there: it answers again when it has reached them. Ask another host.',
  );
}

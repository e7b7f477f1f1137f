import { CapacityError } from '../../model/errors.ts';
import type { LogEntry } from '../../store/logs/contract.ts';
import type { HostId, Membership, Peers, PeerStream } from '../contract.ts';
import { entriesIn, logMethods, type LogQuestion } from './on-wire.ts';

/** Entries that whoever follows may be behind; what comes then is dropped. */
const behindMax = 4_000;

/** Where it is asked, and what. */
export interface FollowedOptions {
  readonly peers: Pick<Peers, 'open'>;
  readonly membership: Pick<Membership, 'self' | 'alive' | 'onChange'>;
  readonly question: LogQuestion;
}

/** What comes of one function's log on all other hosts, those that come later included, and on this one where that is added. */
export class FollowedHosts implements Disposable {
  /** Fires when nobody follows any more. */
  readonly over: AbortSignal;
  readonly #options: FollowedOptions;
  readonly #left = new AbortController();
  readonly #hosts = new Set<HostId>();
  readonly #watching: Disposable;
  readonly #waiting: LogEntry[] = [];
  #failed: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(options: FollowedOptions, signal: AbortSignal) {
    this.#options = options;
    this.over = AbortSignal.any([signal, this.#left.signal]);
    this.over.addEventListener('abort', () => this.#wake(), { once: true });
    this.#watching = options.membership.onChange(() => this.#look());
    this.#look();
  }

  /** Follows this as well. */
  add(entries: AsyncIterable<LogEntry>): void {
    const all = async (): Promise<void> => {
      for await (const entry of entries) this.#put(entry);
    };
    all().catch((error: unknown) => {
      this.#failed = { error };
      this.#wake();
    });
  }

  /** What has come until now. */
  taken(): LogEntry[] {
    return this.#waiting.splice(0);
  }

  /** What comes, until it is over. Throws what this host's own log did. */
  async *entries(): AsyncGenerator<LogEntry, void> {
    while (!this.over.aborted) {
      yield* this.taken();
      if (this.#failed !== undefined) throw this.#failed.error;
      if (this.over.aborted) return;
      if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    this.#left.abort();
  }

  #look(): void {
    const { membership } = this.#options;
    for (const { id } of membership.alive())
      if (id !== membership.self.id && !this.#hosts.has(id) && !this.over.aborted) this.#follow(id);
  }

  #follow(host: HostId): void {
    const { peers, question } = this.#options;
    this.#hosts.add(host);
    const stream = begun(() => peers.open(host, logMethods.follow, question));
    // There are too many conversations with it: whoever follows hears nothing of it for now.
    if (stream === undefined) return void this.#hosts.delete(host);
    stream.onMessage = (message) => {
      for (const entry of entriesIn(message)) this.#put(entry);
    };
    const end = (): void => stream.end();
    this.over.addEventListener('abort', end, { once: true });
    void stream.ended.then(() => {
      this.over.removeEventListener('abort', end);
      // When it is heard again, it is asked again.
      this.#hosts.delete(host);
    });
  }

  #put(entry: LogEntry): void {
    if (this.#waiting.length < behindMax) this.#waiting.push(entry);
    this.#wake();
  }
}

function begun(open: () => PeerStream): PeerStream | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof CapacityError) return undefined;
    throw error;
  }
}

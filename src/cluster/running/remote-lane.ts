import type { Caller } from '../../model/invocations/caller.ts';
import type { ThreadLane, ThreadWatcher } from '../../model/invocations/invocation.ts';
import type { PeerStream } from '../contract.ts';
import { LaneTaken, LaneWindow } from './lane-window.ts';
import { bytesMessage, dataMessage, dataOf, tags } from './messages.ts';

/** The way to a thread that runs on another host. */
export class RemoteLane implements ThreadLane {
  at: ThreadLane['at'];
  readonly #stream: PeerStream;
  readonly #watcher: ThreadWatcher;
  readonly #window = new LaneWindow();
  readonly #taken: LaneTaken;
  readonly #syncs = new Map<number, () => void>();
  #lastSync = 0;
  #paused = false;
  /** Came while it was paused; bounded by what the other side may have under way. */
  readonly #held: Uint8Array[] = [];
  #stands = false;
  caller: Caller | undefined;

  constructor(stream: PeerStream, watcher: ThreadWatcher) {
    this.#stream = stream;
    this.#watcher = watcher;
    this.#taken = new LaneTaken((bytes) => void stream.send(dataMessage(tags.took, { bytes })));
  }

  /** It has a container, which the message says. */
  placedAt(message: Uint8Array): this {
    // A host of an older release says nothing.
    const { instanceId, containerId } = message.length > 1 ? dataOf(message) : {};
    if (typeof instanceId === 'string' && typeof containerId === 'string') this.at = { instanceId, containerId };
    return this;
  }

  readonly send = (data: Uint8Array): boolean => {
    this.#stream.send(bytesMessage(tags.lane, data));
    return this.#window.sent(data);
  };

  readonly drained = (): Promise<void> => this.#window.room();

  readonly pause = (): void => void (this.#paused = true);

  readonly resume = (): void => {
    this.#paused = false;
    this.#handOver();
  };

  readonly synced = (): Promise<void> => {
    const n = ++this.#lastSync;
    this.#stream.send(dataMessage(tags.sync, { n }));
    return new Promise((resolve) => void this.#syncs.set(n, resolve));
  };

  readonly renew = (): void => void this.#stream.send(bytesMessage(tags.renew));

  readonly paused = (): boolean => this.#stands;

  /** Its instance was paused, or goes on. */
  stands(still: boolean): void {
    this.#stands = still;
  }

  /** A message of the thread's. */
  received(data: Uint8Array): void {
    if (this.#paused || this.#held.length > 0) this.#held.push(data);
    else this.#take(data);
  }

  /** So much of what was sent is in its container. */
  sent(bytes: number): void {
    this.#window.took(bytes);
  }

  hasSynced(n: number): void {
    this.#syncs.get(n)?.();
    this.#syncs.delete(n);
  }

  /** It has ended: what had come is handed over, and nobody waits for more. */
  over(): void {
    this.#paused = false;
    this.#handOver();
    this.#window.over();
    for (const resolve of this.#syncs.values()) resolve();
    this.#syncs.clear();
  }

  #handOver(): void {
    while (!this.#paused) {
      const data = this.#held.shift();
      if (data === undefined) return;
      this.#take(data);
    }
  }

  #take(data: Uint8Array): void {
    this.#taken.took(data);
    this.#watcher.received(data);
  }
}

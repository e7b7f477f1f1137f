import { laneMessage, laneWindowBytes, partBytes, type LaneKind } from '../../../protocol/threads/lane.ts';

/** Where a lane's messages go. */
export interface LaneCarrier {
  send(data: Uint8Array): void;
  /** So much is on its way, of all lanes together, that no more is to be sent until `drained`. */
  readonly crowded: boolean;
  drained(): Promise<void>;
}

/** What goes to a thread: waits until the thread has its container, and then for whoever is to take it. */
export class LaneOut {
  readonly #carrier: LaneCarrier;
  readonly #waiting: Buffer[] = [];
  #open = false;
  #window: number = laneWindowBytes;
  #draining = false;

  constructor(carrier: LaneCarrier) {
    this.#carrier = carrier;
  }

  say(kind: LaneKind, body: Uint8Array): void {
    this.#waiting.push(laneMessage(kind, body));
    this.#pump();
  }

  /** A large value, in parts. */
  sayParts(kind: LaneKind, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += partBytes) this.say(kind, bytes.subarray(at, at + partBytes));
  }

  /** The thread has its container. */
  opened(): void {
    this.#open = true;
    this.#pump();
  }

  /** The thread is over, or nobody can reach it any more: what was not sent is not sent. */
  close(): void {
    this.#open = false;
    this.#waiting.length = 0;
  }

  credit(bytes: number): void {
    this.#window += bytes;
    this.#pump();
  }

  #pump(): void {
    if (!this.#open || this.#draining) return;
    while (this.#window > 0) {
      if (this.#carrier.crowded && this.#waiting.length > 0) return void this.#drain();
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#window -= next.length;
      this.#carrier.send(next);
    }
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    await this.#carrier.drained();
    this.#draining = false;
    this.#pump();
  }
}

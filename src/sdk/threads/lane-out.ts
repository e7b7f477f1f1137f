import { laneMessage, laneWindowBytes, partBytes, type LaneKind } from '../../protocol/lane.ts';

/** What goes to a thread: waits until the thread has its container, and then for whoever is to take it. */
export class LaneOut {
  readonly #send: (data: Uint8Array) => void;
  readonly #waiting: Buffer[] = [];
  #open = false;
  #window: number = laneWindowBytes;

  constructor(send: (data: Uint8Array) => void) {
    this.#send = send;
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

  credit(bytes: number): void {
    this.#window += bytes;
    this.#pump();
  }

  #pump(): void {
    if (!this.#open) return;
    while (this.#window > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#window -= next.length;
      this.#send(next);
    }
  }
}

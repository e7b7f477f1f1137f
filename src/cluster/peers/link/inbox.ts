import { ProtocolError } from '../../../model/errors.ts';
import { peerLimits } from '../peer-limits.ts';

/** What an {@link Inbox} does. */
export interface InboxActions {
  deliver(message: Uint8Array): void;
  /** The other side may send so many bytes more. */
  grant(bytes: number): void;
}

/** What comes of a conversation: parts made into messages, handed over while it is not paused; credit is given for what was taken. */
export class Inbox {
  readonly #actions: InboxActions;
  /** What the other side may still send. */
  #allowed: number = peerLimits.windowBytes;
  /** Taken, and not yet said so. */
  #owed = 0;
  /** Came while it was paused: its credit waits. */
  #held = 0;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  #messages: Uint8Array[] = [];
  #paused = false;
  #closed = false;
  #onEmpty: (() => void) | undefined;

  constructor(actions: InboxActions) {
    this.#actions = actions;
  }

  /** Throws ProtocolError where more comes than may. */
  take(data: Uint8Array, more: boolean): void {
    if (this.#closed) return;
    const cost = data.length + peerLimits.partOverheadBytes;
    this.#allowed -= cost;
    if (this.#allowed < 0)
      throw new ProtocolError('Another host sends more of a conversation than it was given room for.');
    this.#partsBytes += data.length;
    if (this.#partsBytes > peerLimits.messageBytesMax)
      throw new ProtocolError(`Another host sends a message of more than ${peerLimits.messageBytesMax} bytes.`);
    const whole = this.#assemble(data, more);
    if (this.#paused) this.#held += cost;
    else this.#took(cost);
    if (whole === undefined) return;
    if (this.#paused || this.#messages.length > 0) this.#messages.push(whole);
    else this.#actions.deliver(whole);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (this.#messages.length > 0 && !this.#paused && !this.#closed) {
      const message = this.#messages.shift();
      if (message !== undefined) this.#actions.deliver(message);
    }
    if (this.#paused || this.#closed) return;
    this.#took(this.#held);
    this.#held = 0;
    const empty = this.#onEmpty;
    this.#onEmpty = undefined;
    empty?.();
  }

  /** Calls `then` when all that came was handed over: at once, where nothing waits. */
  whenEmpty(then: () => void): void {
    if (this.#messages.length === 0) then();
    else this.#onEmpty = then;
  }

  /** Nothing is handed over from now on. */
  close(): void {
    this.#closed = true;
    this.#parts = [];
    this.#messages = [];
  }

  #assemble(data: Uint8Array, more: boolean): Uint8Array | undefined {
    if (!more && this.#parts.length === 0) {
      this.#partsBytes = 0;
      return data;
    }
    this.#parts.push(data);
    if (more) return undefined;
    const whole = Buffer.concat(this.#parts, this.#partsBytes);
    this.#parts = [];
    this.#partsBytes = 0;
    return whole;
  }

  #took(cost: number): void {
    this.#owed += cost;
    if (this.#owed < peerLimits.windowBytes / 4) return;
    this.#allowed += this.#owed;
    this.#actions.grant(this.#owed);
    this.#owed = 0;
  }
}

import { SharingError } from '../../model/sharing.ts';
import { checkAgreed } from '../agreed.ts';
import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import { Line } from '../waiting/line.ts';
import type { Wait } from '../waiting/wait.ts';

interface Sending {
  readonly value: Uint8Array;
  readonly wait: Wait<void>;
}

/**
 * Items in the order in which they were sent, each received by one. What a sender waits with is not sent until it is
 * told so: it goes if the sender ends before. What was sent stays.
 */
export class Channel implements SharedObject {
  readonly #home: Home;
  readonly #capacity: number;
  readonly #items = new Line<Uint8Array>();
  readonly #senders = new Line<Sending>();
  readonly #receivers = new Line<Wait<Uint8Array | undefined>>();
  #closed = false;

  constructor(home: Home, capacity: number) {
    this.#home = home;
    this.#capacity = capacity;
  }

  get empty(): boolean {
    return !this.#closed && this.#unused;
  }

  get spent(): boolean {
    return this.#closed && this.#unused;
  }

  get #unused(): boolean {
    return this.#items.size === 0 && this.#senders.size === 0 && this.#receivers.size === 0;
  }

  checkAgreed(capacity: number): void {
    checkAgreed(this.#home.label, 'items of capacity', this.#capacity, capacity);
  }

  /** Waits while it is full. Throws SharingError `closed`. */
  send(caller: Caller, item: Uint8Array): void | Promise<void> {
    if (this.#closed) throw this.#closedError();
    // Copied: what came may be part of a larger buffer, which would be kept with it.
    const value = new Uint8Array(item);
    const receiver = this.#receivers.shift();
    if (receiver !== undefined) return receiver.grant(value);
    this.#home.bytes.take(value.length);
    if (this.#items.size < this.#capacity) return void this.#items.join(value);
    return this.#waitToSend(caller, value);
  }

  /** Waits while there is none. Undefined where it is closed and everything was received. */
  recv(caller: Caller): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const value = this.#items.shift() ?? this.#takeFromSender();
    if (value !== undefined) {
      this.#home.bytes.giveBack(value.length);
      this.#refill();
      return value;
    }
    if (this.#closed) return undefined;
    const wait = caller.wait<Uint8Array | undefined>(() => place.leave());
    const place = this.#receivers.join(wait);
    return wait.promise;
  }

  /** Nothing more is sent; what is in it can be received. Closing again changes nothing. */
  close(): void {
    this.#closed = true;
    for (const receiver of this.#receivers.clear()) receiver.grant(undefined);
    for (const { value, wait } of this.#senders.clear()) {
      this.#home.bytes.giveBack(value.length);
      wait.refuse(this.#closedError());
    }
  }

  #waitToSend(caller: Caller, value: Uint8Array): Promise<void> {
    try {
      const wait = caller.wait<void>(() => {
        place.leave();
        this.#home.bytes.giveBack(value.length);
      });
      const place = this.#senders.join({ value, wait });
      return wait.promise;
    } catch (error) {
      this.#home.bytes.giveBack(value.length);
      throw error;
    }
  }

  #refill(): void {
    if (this.#items.size >= this.#capacity) return;
    const value = this.#takeFromSender();
    if (value !== undefined) this.#items.join(value);
  }

  #takeFromSender(): Uint8Array | undefined {
    const sender = this.#senders.shift();
    sender?.wait.grant();
    return sender?.value;
  }

  #closedError(): SharingError {
    return new SharingError('closed', `${this.#home.label} is closed: nothing more can be sent on it.`);
  }
}

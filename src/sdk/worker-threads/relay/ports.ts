import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { drain } from './drain.ts';
import type { SharedFrame } from './frames.ts';
import { pack, unpack, type PortNames } from './values.ts';

/**
 * Ports that crossed. On either end a real port stands for the other one's: what comes out of it is sent on, what is
 * received is posted into it, and when one end is closed so is the other.
 */
export class PortRelays implements PortNames {
  readonly #send: (frame: SharedFrame) => void;
  readonly #onError: (error: unknown) => void;
  readonly #ports = new Map<number, MessagePort>();
  #next: number;

  /** `first`: 0 on one end and 1 on the other, so that both can give names. */
  constructor(first: 0 | 1, send: (frame: SharedFrame) => void, onError: (error: unknown) => void) {
    this.#next = first;
    this.#send = send;
    this.#onError = onError;
  }

  adopt(port: MessagePort): number {
    const id = this.#next;
    this.#next += 2;
    this.#relay(id, port);
    return id;
  }

  open(id: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#relay(id, port2);
    return port1;
  }

  received(id: number, bytes: Uint8Array): void {
    const port = this.#ports.get(id);
    if (port === undefined) return;
    const { value, ports } = unpack(bytes, this);
    port.postMessage(value, ports);
  }

  closed(id: number): void {
    const port = this.#ports.get(id);
    this.#ports.delete(id);
    port?.close();
  }

  /** Sends on what was posted already. */
  drain(): void {
    for (const [id, port] of this.#ports) for (const value of drain(port)) this.#forward(id, value);
  }

  closeAll(): void {
    for (const id of this.#ports.keys()) this.closed(id);
  }

  #relay(id: number, port: MessagePort): void {
    this.#ports.set(id, port);
    port.on('message', (value: unknown) => this.#forward(id, value));
    port.on('close', () => {
      if (this.#ports.delete(id)) this.#send({ type: 'port-closed', id });
    });
    // The end that user code has keeps the process, if it is to be kept.
    port.unref();
  }

  #forward(id: number, value: unknown): void {
    try {
      this.#send({ type: 'port', id, bytes: pack(value, this) });
    } catch (error) {
      this.#onError(error);
    }
  }
}

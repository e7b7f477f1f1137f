import { BroadcastChannel } from 'node:worker_threads';
import { drain } from './drain.ts';
import type { SharedFrame } from './frames.ts';
import { pack, unpack, type PortNames } from './values.ts';

/**
 * One end of the broadcasts between a Worker and the program: for each name that the Worker listens to a real channel,
 * from which messages are sent on, and into which those of the other end are posted. A channel does not hear itself, so nothing echoes.
 */
export class Broadcasts {
  readonly #send: (frame: SharedFrame) => void;
  readonly #ports: PortNames;
  readonly #channels = new Map<string, BroadcastChannel>();

  constructor(send: (frame: SharedFrame) => void, ports: PortNames) {
    this.#send = send;
    this.#ports = ports;
  }

  /** From now on messages on this name cross. Whether that is news. */
  join(name: string): boolean {
    if (this.#channels.has(name)) return false;
    const channel = new BroadcastChannel(name);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- its types have no other
    channel.onmessage = (event: unknown) => {
      if (typeof event === 'object' && event !== null && 'data' in event) this.#forward(name, event.data);
    };
    channel.unref();
    this.#channels.set(name, channel);
    return true;
  }

  received(name: string, bytes: Uint8Array): void {
    this.#channels.get(name)?.postMessage(unpack(bytes, this.#ports).value);
  }

  /** Sends on what was posted already. */
  drain(): void {
    for (const [name, channel] of this.#channels) for (const value of drain(channel)) this.#forward(name, value);
  }

  #forward(name: string, value: unknown): void {
    this.#send({ type: 'broadcast', name, bytes: pack(value, this.#ports) });
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }
}

import type { Moved } from '../../protocol/clone.ts';
import { PortOwner } from '../../protocol/threads/port-owner.ts';
import { randomUUID } from '../platform/identity.ts';
import type { Ports } from '../platform/ports.ts';

/** Makes a port; what its owner posts goes to `post`, which throws for what cannot be sent. `onClose`: its owner closed it. */
export function openPorts(post: (value: unknown, moved?: Moved) => void, onClose: () => void): Ports {
  const { port1, port2: outer } = new MessageChannel();
  const listeners = new Listeners(port1);
  const end = announceEnd(port1);
  const port = Object.assign(port1, listeners.methods());
  const owner = new PortOwner(port, post, onClose);
  outer.addEventListener('message', (event) => post(dataOf(event)));
  // Of a port's new owner, in pages that tell.
  outer.addEventListener('close', () => owner.closed());
  outer.start();
  const close = (): void => {
    owner.silence();
    outer.postMessage(end);
    // Who only listens to the end would not hear of it.
    if (listeners.has('close')) port1.start();
  };
  return { port, give: (value) => outer.postMessage(value), close };
}

/**
 * Closing one end of a channel is not told to the other, as it is in Node. So a last message is, which nobody sees: it becomes the
 * event. To be called before anybody else listens.
 */
function announceEnd(port: EventTarget & { close(): void }): string {
  const end = `end ${randomUUID()}`;
  port.addEventListener('message', (event) => {
    if (dataOf(event) !== end) return;
    event.stopImmediatePropagation();
    port.close();
    port.dispatchEvent(new Event('close'));
  });
  return end;
}

type Listener = (value?: unknown) => void;

/**
 * What ports have in Node and not in a page, so that the same code runs in both: listeners that get the value itself. A page's
 * ports are deaf until they are started.
 */
class Listeners {
  readonly #port: EventTarget & { start(): void };
  readonly #known = new Map<string, Map<Listener, (event: Event) => void>>();

  constructor(port: EventTarget & { start(): void }) {
    this.#port = port;
  }

  has(type: string): boolean {
    return (this.#known.get(type)?.size ?? 0) > 0;
  }

  methods(): object {
    const on = (type: string, listener: Listener): unknown => this.#add(type, listener, false);
    const once = (type: string, listener: Listener): unknown => this.#add(type, listener, true);
    const off = (type: string, listener: Listener): unknown => this.#remove(type, listener);
    const nothing = (): unknown => this.#port;
    return { on, addListener: on, once, off, removeListener: off, ref: nothing, unref: nothing };
  }

  #add(type: string, listener: Listener, once: boolean): unknown {
    const wrapped = (event: Event): void => {
      if (once) this.#remove(type, listener);
      if (type === 'message') listener(dataOf(event));
      else listener();
    };
    this.#remove(type, listener);
    this.#known.set(type, (this.#known.get(type) ?? new Map()).set(listener, wrapped));
    this.#port.addEventListener(type, wrapped);
    if (type === 'message') this.#port.start();
    return this.#port;
  }

  #remove(type: string, listener: Listener): unknown {
    const wrapped = this.#known.get(type)?.get(listener);
    if (wrapped !== undefined) this.#port.removeEventListener(type, wrapped);
    this.#known.get(type)?.delete(listener);
    return this.#port;
  }
}

function dataOf(event: Event): unknown {
  return 'data' in event ? event.data : undefined;
}

import type { Moved } from '../clone.ts';

/** What of a port is taken over. */
interface OwnedPort {
  close(): void;
}

/**
 * Whoever holds a thread's port, at either end: what is posted on it and that it is closed goes to the lane at once, so that what
 * cannot be sent throws where it is posted. After the close, nothing goes there any more.
 */
export class PortOwner {
  readonly #onClose: () => void;
  #open = true;

  /** Takes over `postMessage` and `close` of the port. `post` throws for what cannot be sent. */
  constructor(port: OwnedPort, post: (value: unknown, moved?: Moved) => void, onClose: () => void) {
    this.#onClose = onClose;
    const close = port.close.bind(port);
    const own = {
      postMessage: (value: unknown, moved?: Moved): void => {
        if (this.#open) post(value, moved);
      },
      // Node's takes a listener, which its types do not say.
      close: (...args: readonly unknown[]): void => {
        this.closed();
        Reflect.apply(close, undefined, args);
      },
    };
    for (const [name, value] of Object.entries(own))
      Object.defineProperty(port, name, { value, configurable: true, writable: true });
  }

  /** It is closed, as was learned in another way. */
  closed(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClose();
  }

  /** The other end has closed: there is nobody to tell anything. */
  silence(): void {
    this.#open = false;
  }
}

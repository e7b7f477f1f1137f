import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Moved } from '../../protocol/clone.ts';

/** The port of a thread, for whoever started it, and this side's hold on it. */
export interface Ports {
  readonly port: MessagePort;
  /** The thread said something: the port gives it out. */
  give(value: unknown): void;
  /** The thread has ended: the port closes after what was given. */
  close(): void;
}

/** Makes a port; what its owner posts goes to `post`, which throws for what cannot be sent. */
export function openPorts(post: (value: unknown, moved?: Moved) => void): Ports {
  const { port1: port, port2: outer } = new MessageChannel();
  // What cannot be sent throws where it is posted. What comes out of the other end was posted by a port's new owner.
  Object.defineProperty(port, 'postMessage', { value: post, configurable: true, writable: true });
  outer.on('message', (value: unknown) => post(value));
  port.unref();
  outer.unref();
  return { port, give: (value) => outer.postMessage(value), close: () => outer.close() };
}

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Moved } from '../../protocol/clone.ts';
import { PortOwner } from '../../protocol/threads/port-owner.ts';

/** The port of a thread, for whoever started it, and this side's hold on it. */
export interface Ports {
  readonly port: MessagePort;
  /** The thread said something: the port gives it out. */
  give(value: unknown): void;
  /** The thread has ended, or closed its port: this one closes after what was given. */
  close(): void;
}

/** Makes a port; what its owner posts goes to `post`, which throws for what cannot be sent. `onClose`: its owner closed it. */
export function openPorts(post: (value: unknown, moved?: Moved) => void, onClose: () => void): Ports {
  const { port1: port, port2: outer } = new MessageChannel();
  const owner = new PortOwner(port, post, onClose);
  // What comes out of the other end is of a port's new owner.
  outer.on('message', (value: unknown) => post(value));
  outer.on('close', () => owner.closed());
  port.unref();
  outer.unref();
  const close = (): void => {
    owner.silence();
    outer.close();
  };
  return { port, give: (value) => outer.postMessage(value), close };
}

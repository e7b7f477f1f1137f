import type { Moved } from '../../protocol/clone.ts';
import type { Ports } from '../platform/ports.ts';

/** Makes a port; what its owner posts goes to `post`, which throws for what cannot be sent. */
export function openPorts(post: (value: unknown, moved?: Moved) => void): Ports {
  const { port1, port2: outer } = new MessageChannel();
  const port = Object.assign(port1, nodesMethods(port1));
  Object.defineProperty(port, 'postMessage', { value: post, configurable: true, writable: true });
  outer.addEventListener('message', (event) => post(dataOf(event)));
  outer.start();
  return { port, give: (value) => outer.postMessage(value), close: () => outer.close() };
}

type Listener = (value?: unknown) => void;

/**
 * What ports have in Node and not in a page, so that the same code runs in both: listeners that get the value itself. A page's
 * ports are deaf until they are started.
 */
function nodesMethods(port: EventTarget & { start(): void }): object {
  const known = new Map<string, Map<Listener, (event: Event) => void>>();
  const add = (type: string, listener: Listener, once: boolean): unknown => {
    const wrapped = (event: Event): void => {
      if (once) remove(type, listener);
      if (type === 'message') listener(dataOf(event));
      else listener();
    };
    known.set(type, (known.get(type) ?? new Map()).set(listener, wrapped));
    port.addEventListener(type, wrapped);
    if (type === 'message') port.start();
    return port;
  };
  const remove = (type: string, listener: Listener): unknown => {
    const wrapped = known.get(type)?.get(listener);
    if (wrapped !== undefined) port.removeEventListener(type, wrapped);
    known.get(type)?.delete(listener);
    return port;
  };
  const on = (type: string, listener: Listener): unknown => add(type, listener, false);
  const once = (type: string, listener: Listener): unknown => add(type, listener, true);
  const nothing = (): unknown => port;
  return { on, addListener: on, once, off: remove, removeListener: remove, ref: nothing, unref: nothing };
}

function dataOf(event: Event): unknown {
  return 'data' in event ? event.data : undefined;
}

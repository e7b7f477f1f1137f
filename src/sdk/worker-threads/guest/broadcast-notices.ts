import workerThreads from 'node:worker_threads';

/** How long to wait for whoever takes notices, ms: it does nothing else, but may be gone. */
const noticeMsMax = 1_000;

/**
 * Says of each BroadcastChannel that user code opens what it is called, and waits until messages on it are passed on: those
 * posted elsewhere right after somebody heard that it is open must not be missed.
 */
export function openBroadcasts(notices: string, noticed: Int32Array): void {
  const { BroadcastChannel: Native } = workerThreads;
  const known = new Set<string>();
  const announce = (name: string): void => {
    if (known.has(name)) return;
    known.add(name);
    const before = Atomics.load(noticed, 0);
    const channel = new Native(notices);
    channel.postMessage(name);
    Atomics.wait(noticed, 0, before, noticeMsMax);
    channel.close();
  };
  const opened = class BroadcastChannel extends Native {
    constructor(...args: [string]) {
      super(...args);
      announce(this.name);
    }
  };
  Object.assign(workerThreads, { BroadcastChannel: opened });
  Object.defineProperty(globalThis, 'BroadcastChannel', { value: opened, writable: true, configurable: true });
}

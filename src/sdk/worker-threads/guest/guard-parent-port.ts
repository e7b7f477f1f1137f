import { parentPort } from 'node:worker_threads';
import { refusal } from '../relay/values.ts';

/** Messages of a Worker that may wait to be passed on. */
const waitingMax = 1_000;
const waitMsMax = 1_000;

/**
 * Lets `parentPort.postMessage` throw for memory that whoever listens cannot share, and wait where a Worker that floods its parent
 * would fill its container. `taken` counts the messages that were passed on.
 */
export function guardParentPort(taken: Int32Array): void {
  if (parentPort === null) return;
  const port = parentPort;
  const post = port.postMessage.bind(port);
  let posted = 0;
  port.postMessage = (...args: Parameters<typeof post>): void => {
    if (hasShared(args[0], new Set())) throw refusal('SharedArrayBuffer');
    Reflect.apply(post, port, args);
    posted += 1;
    const before = Atomics.load(taken, 0);
    // Where nothing is taken for so long the port is closed, or whoever takes it cannot: what is on its way is forgotten.
    if (((posted - before) | 0) >= waitingMax && Atomics.wait(taken, 0, before, waitMsMax) === 'timed-out')
      posted = before;
  };
}

/** Looks without calling getters. */
function hasShared(value: unknown, seen: Set<object>): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  if (value instanceof SharedArrayBuffer) return true;
  if (ArrayBuffer.isView(value)) return value.buffer instanceof SharedArrayBuffer;
  if (value instanceof Map) return [...value].some((pair) => hasShared(pair, seen));
  if (value instanceof Set) return [...value].some((item) => hasShared(item, seen));
  return Object.keys(value).some((key) => hasShared(Object.getOwnPropertyDescriptor(value, key)?.value, seen));
}

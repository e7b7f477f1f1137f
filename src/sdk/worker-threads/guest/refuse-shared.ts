import { parentPort } from 'node:worker_threads';
import { refusal } from '../relay/values.ts';

/** Lets `parentPort.postMessage` throw for memory that whoever listens cannot share. */
export function refuseShared(): void {
  if (parentPort === null) return;
  const port = parentPort;
  const post = port.postMessage.bind(port);
  port.postMessage = (...args: Parameters<typeof post>): void => {
    if (hasShared(args[0], new Set())) throw refusal('SharedArrayBuffer');
    Reflect.apply(post, port, args);
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

import { thread } from '../../src/sdk/inside.ts';

/** Sends every message back, until it is cancelled. */
export function echo(): Promise<never> {
  thread.port.on('message', (value: unknown) => thread.port.postMessage(value));
  return new Promise(() => undefined);
}

import { receiveMessageOnPort, type BroadcastChannel, type MessagePort } from 'node:worker_threads';

/** Takes what was posted and has not been delivered. */
export function* drain(port: MessagePort | BroadcastChannel): Generator<unknown, void> {
  for (;;) {
    // It takes both, which its types do not know.
    const received: unknown = Reflect.apply(receiveMessageOnPort, undefined, [port]);
    if (typeof received !== 'object' || received === null || !('message' in received)) return;
    yield received.message;
  }
}

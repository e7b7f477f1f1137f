import type { Worker } from 'node:worker_threads';

/** What a Worker says through the port that user code has in it. */
export interface PortEvents {
  readonly onMessage: (value: unknown) => void;
  readonly onMessageError: (error: Error) => void;
}

/**
 * Listens to what a Worker posts, and tells nothing of it before it is online. Node tells of the two through different ports, and
 * where its thread was busy while both came, it may look at the wrong one first. Others that are to hear that it is online
 * must listen before this. What it posted without ever being online is told before its exit.
 */
export function hearWhenOnline(worker: Worker, { onMessage, onMessageError }: PortEvents): void {
  let held: (() => void)[] | undefined = [];
  const tell = (event: () => void): void => void (held === undefined ? event() : held.push(event));
  const release = (): void => {
    const events = held ?? [];
    held = undefined;
    for (const event of events) event();
  };
  worker.once('online', release);
  worker.once('exit', release);
  worker.on('message', (value: unknown) => tell(() => onMessage(value)));
  worker.on('messageerror', (error) => tell(() => onMessageError(error)));
}

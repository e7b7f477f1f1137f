import type { Thread } from '../thread/thread.ts';
import { AsyncQueue } from './queue.ts';

/** Items that a thread may be ahead of whoever takes them. */
const ahead = 16;

/**
 * What a thread's generator yields, one by one. It is at most so many items ahead: it waits when they are not taken.
 * Stopping early ends the generator, its `finally` included, and the thread.
 */
export async function* streamOf<T>(
  begin: (onItem: (item: unknown) => void) => Thread<unknown>,
): AsyncGenerator<T, void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type of what the caller's generator yields
  const items = new AsyncQueue<T>();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const thread = begin((item) => items.push(item as T));
  thread.then(
    () => items.end(),
    (error: unknown) => items.fail(error),
  );
  let finished = false;
  thread.want(ahead);
  try {
    for await (const item of items) {
      yield item;
      thread.want(1);
    }
    finished = true;
  } finally {
    if (!finished) {
      thread.want(0);
      await thread.cancel(new Error('The loop over a stream ended early.'), { graceMs: 1_000 });
    }
  }
}

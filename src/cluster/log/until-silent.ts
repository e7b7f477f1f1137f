import { setTimeout as wait } from 'node:timers/promises';
import { ClusterUnavailableError } from '../contract.ts';

/** Passes on what comes, and throws ClusterUnavailableError where nothing has come for so long: whoever waits for a server that is gone may ask another. */
export async function* untilSilent<Item>(items: AsyncIterable<Item>, msMax: number): AsyncGenerator<Item> {
  const source = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(source.next(), msMax);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: it is what does not answer.
    void source.return?.().catch(() => undefined);
  }
}

/** What comes of it. Throws ClusterUnavailableError where that takes longer: then it is not waited for. */
export async function within<T>(work: Promise<T>, msMax: number): Promise<T> {
  const over = new AbortController();
  const late = wait(msMax, undefined, { signal: over.signal }).then(() => {
    throw new ClusterUnavailableError(`Nothing came for ${msMax} ms.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

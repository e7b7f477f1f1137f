import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableStore } from './contracts/durable-store.ts';
import { clientsOf } from './clients.ts';
import { StoreThread } from './store-thread.ts';

/** Opens the durable store of a home, which the caller has to himself. Nothing is there, and nothing runs, before something is asked of it. */
export function openDurableStore(home: string): DurableStore {
  const path = join(home, 'durable.sqlite');
  const thread = new StoreThread(path);
  return {
    parts: clientsOf((...asked) => thread.ask(...asked)),
    get used() {
      // An empty one is what is left of a first use for which there was no space.
      return thread.started || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
    },
    [Symbol.asyncDispose]: () => thread.stop(),
  };
}

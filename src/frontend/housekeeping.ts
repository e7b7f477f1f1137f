import { codeOf } from '../model/function-record.ts';
import type { Timer } from '../model/clock.ts';
import type { FrontendOptions } from './context.ts';

/** How often code that no function names any more is looked for. */
const collectMs = 600_000;

/** Collects the code of deleted and updated functions, now and then, until disposed. */
export function housekeeping({ store, codeStore, clock, logger }: FrontendOptions): Disposable {
  let timer: Timer | undefined;
  let stopped = false;

  async function collect(): Promise<void> {
    try {
      const records = await store.functions.all();
      const collected = await codeStore.collect(new Set(records.flatMap(codeOf)));
      if (collected > 0) logger.info({ collected }, 'Code that no function uses any more was deleted.');
    } catch (error) {
      logger.error({ err: error }, 'Code that no function uses any more could not be deleted.');
    }
    if (!stopped) timer = clock.timer(collectMs, () => void collect());
  }

  timer = clock.timer(0, () => void collect());
  return {
    [Symbol.dispose]: () => {
      stopped = true;
      timer?.[Symbol.dispose]();
    },
  };
}

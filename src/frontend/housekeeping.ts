import { codeOf } from '../model/functions/function-record.ts';
import type { Timer } from '../model/clock.ts';
import type { Store } from '../store/contract.ts';
import type { FrontendOptions } from './context.ts';

/** How often code that no function names any more is looked for. */
const collectMs = 600_000;

/** All code that a function, a published version or a layer names. */
export async function codeInUse(store: Pick<Store, 'functions' | 'versions' | 'layers'>): Promise<ReadonlySet<string>> {
  const records = [...(await store.functions.all()), ...(await store.versions.all())];
  const layers = await store.layers.all();
  return new Set([...records.flatMap(codeOf), ...layers.map(({ sha256 }) => sha256)]);
}

/** Collects the code of deleted and updated functions, now and then, until disposed. */
export function housekeeping({ store, codeStore, clock, logger }: FrontendOptions): Disposable {
  let timer: Timer | undefined;
  let stopped = false;

  async function collect(): Promise<void> {
    try {
      const collected = await codeStore.collect(await codeInUse(store));
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

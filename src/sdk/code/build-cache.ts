import { stat } from 'node:fs/promises';
import { Lru } from '../../model/lru.ts';

/** What was built, and every file that it was made of. */
export interface Built<Value> {
  readonly value: Value;
  readonly inputs: readonly string[];
}

interface Entry<Value> {
  readonly build: Promise<Built<Value>>;
  /** Of the inputs when the build had ended; undefined where one may have changed since it began, and so is not known. */
  stamps: Promise<string | undefined> | undefined;
}

/** By how much the kernel's coarse clock, which stamps files, may lag behind, ms. */
const stampLagMs = 20;

/**
 * When files were last changed, as one text; undefined if one of them was changed after `since` (ms of the epoch).
 * A file that is gone has a stamp of its own.
 */
async function stampsOf(paths: readonly string[], since: number): Promise<string | undefined> {
  let changed = false;
  const stamps = await Promise.all(
    paths.map(async (path) => {
      try {
        const { mtimeNs, mtimeMs, size, ino } = await stat(path, { bigint: true });
        changed ||= mtimeMs > since - stampLagMs;
        return `${mtimeNs} ${size} ${ino}`;
      } catch {
        return 'gone';
      }
    }),
  );
  return changed ? undefined : stamps.join('\n');
}

/**
 * Builds each thing once: concurrent calls share one build, later ones its outcome, until one of its files changes. What
 * failed is tried anew.
 */
export class BuildCache<Value> {
  readonly #entries: Lru<Entry<Value>>;

  /** `entriesMax`: how many outcomes are kept. */
  constructor(entriesMax: number) {
    this.#entries = new Lru(entriesMax);
  }

  async get(key: string, build: () => Promise<Built<Value>>): Promise<Value> {
    const kept = this.#entries.get(key);
    if (kept !== undefined && (await this.#isFresh(kept))) return (await kept.build).value;
    // Another caller may have found it stale first, and builds already.
    const current = this.#entries.get(key);
    if (current !== undefined && current !== kept) return (await current.build).value;
    return await this.#start(key, build);
  }

  async #isFresh(entry: Entry<Value>): Promise<boolean> {
    const { inputs } = await entry.build;
    if (inputs.length === 0) return true;
    const stamps = await entry.stamps;
    return stamps !== undefined && stamps === (await stampsOf(inputs, Number.POSITIVE_INFINITY));
  }

  async #start(key: string, build: () => Promise<Built<Value>>): Promise<Value> {
    const startedAt = Date.now();
    const entry: Entry<Value> = { build: build(), stamps: undefined };
    this.#entries.set(key, entry, 1);
    try {
      const { value, inputs } = await entry.build;
      entry.stamps = stampsOf(inputs, startedAt);
      await entry.stamps;
      return value;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }
}

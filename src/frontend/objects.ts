import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import type { ObjectStore } from '../objects/object-store.ts';

/** Object storage as whoever may need it has it: loaded and opened when it is used first, or at the start where something is kept. */
export class Objects {
  readonly #parts: { readonly folder: string; readonly clock: Clock; readonly logger: Logger };
  #opening: Promise<ObjectStore> | undefined;

  constructor(parts: { readonly folder: string; readonly clock: Clock; readonly logger: Logger }) {
    this.#parts = parts;
  }

  /** The store, opened now where it was not. */
  open(): Promise<ObjectStore> {
    return (this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  /** The same for who only looks: undefined where nothing was ever kept. */
  async inUse(): Promise<ObjectStore | undefined> {
    return this.#opening ?? (existsSync(this.#parts.folder) ? await this.open() : undefined);
  }

  async close(): Promise<void> {
    await (await this.#opening?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<ObjectStore> {
    const { folder, clock, logger } = this.#parts;
    const { ObjectStore: Store } = await import('../objects/object-store.ts');
    return await Store.open({ folder, clock, warn: (err, what) => logger.warn({ err }, what) });
  }
}

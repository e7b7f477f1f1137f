import { Lru } from '../../model/lru.ts';
import { CodeError } from '../code/code-error.ts';
import type { ImportingFunction } from '../platform/bundling.ts';

export type { Built, FunctionOptions } from '../platform/bundling.ts';
export { moduleCode } from './module-code.ts';

/** Builds each thing once. There are no files that could change. */
export class BuildCache<Value> {
  readonly #kept: Lru<Promise<{ readonly value: Value }>>;

  /** `entriesMax`: how many outcomes are kept. */
  constructor(entriesMax: number) {
    this.#kept = new Lru(entriesMax);
  }

  async get(key: string, build: () => Promise<{ readonly value: Value }>): Promise<Value> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return (await kept).value;
    const building = build();
    this.#kept.set(key, building, 1);
    try {
      return (await building).value;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }
}

/** Rejects with CodeError: there is no bundler in a page. */
export async function bundleFunction({ name, source, modules }: ImportingFunction): Promise<never> {
  throw new CodeError(
    `The function ${name} of ${source} imports ${modules.join(', ')}, and there is no bundler here to send that along. Bundle it ` +
      'into a module beforehand, and use remote().',
  );
}

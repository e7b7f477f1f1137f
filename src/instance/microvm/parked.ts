import { newId } from '../../model/id.ts';
import type { Places } from '../places.ts';
import { makeClone, type StillClone } from './clone.ts';
import type { Template } from './template/template.ts';

/** A QEMU that does not get as far as loading a state within this is broken, or its machine is. */
const loadMsMax = 30_000;

/**
 * Copies of templates that were made before anybody needs one, and do not run: nothing was ever executed in them, so they
 * are all alike and nobody's. Starting from one spares what QEMU itself takes to start, a sixth of an emulated instance's
 * way to user code; each costs some 17 MB, and no processor time. What is taken is not replaced by itself: whoever keeps
 * them knows when there is time for that.
 */
export class ParkedClones {
  readonly #places: Places;
  readonly #waiting = new Map<Template, StillClone[]>();
  #turn: Promise<void> = Promise.resolve();

  constructor(places: Places) {
    this.#places = places;
  }

  /** One that waits, if there is one; it is the caller's. */
  take(template: Template): StillClone | undefined {
    return this.#waiting.get(template)?.shift();
  }

  /**
   * Resolves when so many of a template wait, or those beyond are gone. Calls are carried out in their order. Throws if one
   * could not be made.
   */
  keep(template: Template, count: number): Promise<void> {
    const kept = this.#turn.then(() => this.#adjust(template, count));
    this.#turn = kept.catch(() => undefined); // the caller is told
    return kept;
  }

  async #adjust(template: Template, count: number): Promise<void> {
    const waiting = this.#waiting.get(template) ?? [];
    this.#waiting.set(template, waiting);
    const surplus = waiting.splice(count);
    await Promise.all(surplus.map(({ qemu }) => qemu.kill()));
    await Promise.all(surplus.map(({ gone }) => gone));
    while (waiting.length < count) {
      const still = await makeClone(this.#places, template, newId('i'), AbortSignal.timeout(loadMsMax));
      waiting.push(still);
      void still.gone.then(() => this.#forget(waiting, still));
    }
  }

  #forget(waiting: StillClone[], still: StillClone): void {
    const index = waiting.indexOf(still);
    if (index >= 0) waiting.splice(index, 1);
  }
}

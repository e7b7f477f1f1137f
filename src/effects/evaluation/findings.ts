import type { Effect, Place, Step } from '../model/effect.ts';
import { effectLimits } from '../model/limits.ts';
import { type Draft, unknownDraft } from '../operations/draft.ts';
import type { ModuleOfFrame } from '../values/frame.ts';
import type { Site } from './machine.ts';

/** Modules know where their nodes came from. */
interface Placed extends ModuleOfFrame {
  placeOf(offset: number): Place;
}

function isPlaced(module: ModuleOfFrame): module is Placed {
  return 'placeOf' in module;
}

function placeOf({ node, frame }: Site): Place {
  return isPlaced(frame.module) ? frame.module.placeOf(node.start) : { file: frame.module.path, line: 1 };
}

// oxlint-disable-next-line no-control-regex -- these are what is taken out: code could otherwise write to the terminal of whoever reads of it
const controls = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

/** A text that came of somebody's code, fit to be shown. */
export function shown(text: string): string {
  const plain = text.replaceAll(controls, '�');
  return plain.length > effectLimits.wordsLengthMax ? `${plain.slice(0, effectLimits.wordsLengthMax - 1)}…` : plain;
}

/** Effects as they are found, each where it happens, with the way there from the handler. */
export class Findings {
  readonly #effects = new Map<string, Effect>();
  readonly #stack: (Site & { readonly name: string })[] = [];
  #steps = 0;
  #isFull = false;

  /** How many calls deep. */
  get depth(): number {
    return this.#stack.length;
  }

  enter(name: string, site: Site): void {
    this.#stack.push({ ...site, name });
  }

  leave(): void {
    this.#stack.pop();
  }

  /** What is found meanwhile is done once, and what came of it is kept. */
  inStep<T>(work: () => T): T {
    this.#steps += 1;
    try {
      return work();
    } finally {
      this.#steps -= 1;
    }
  }

  note(draft: Draft, site: Site): void {
    const at = placeOf(site);
    const effect = this.#steps > 0 ? { ...draft, deterministic: 'yes' as const } : draft;
    const key = [draft.what, draft.words, effect.deterministic, at.file, at.line].join('\n');
    if (this.#effects.has(key)) return;
    if (this.#effects.size >= effectLimits.effectsMax) {
      this.#isFull = true;
      return;
    }
    const place = { file: shown(at.file), line: at.line };
    this.#effects.set(key, {
      ...effect,
      what: shown(draft.what),
      words: shown(draft.words),
      at: place,
      via: this.#via(),
    });
  }

  unresolved(words: string, site: Site): void {
    this.note(unknownDraft(words), site);
  }

  /** A file that cannot be looked at. */
  problem(words: string, file: string): void {
    const place = { file: shown(file), line: 1 };
    this.#effects.set(`problem ${file}`, { ...unknownDraft(shown(words)), at: place, via: [] });
  }

  #via(): readonly Step[] {
    const named = this.#stack.filter(({ name }) => name !== '');
    const shownSteps =
      named.length > effectLimits.viaMax ? [...named.slice(0, 2), ...named.slice(2 - effectLimits.viaMax)] : named;
    return shownSteps.map(({ name, ...site }) => {
      const { file, line } = placeOf(site);
      return { name: shown(name), file: shown(file), line };
    });
  }

  /** All of them; one more where there were more than are kept. */
  all(): readonly Effect[] {
    const effects = [...this.#effects.values()];
    if (!this.#isFull) return effects;
    const more = unknownDraft(`does more than ${effectLimits.effectsMax} things, of which the others are not kept`);
    return [...effects, { ...more, at: { file: '', line: 0 }, via: [] }];
  }
}

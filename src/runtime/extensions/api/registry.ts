import { Extension, type EventName } from './extension.ts';

/** As AWS Lambda has it, external and internal ones together. */
export const extensionsMax = 10;

/** Why an internal extension cannot be registered. */
export type Refusal = 'closed' | 'taken' | 'too-many';

/** The extensions of one container. */
export class Registry {
  /** Initialisation is over: nobody comes any more. */
  closed = false;
  readonly #all: Extension[] = [];

  get all(): readonly Extension[] {
    return this.#all;
  }

  /** A program of `/opt/extensions` that is about to be started. */
  addExternal(name: string): Extension {
    const extension = new Extension(name, true);
    this.#all.push(extension);
    return extension;
  }

  addInternal(name: string): Extension | Refusal {
    if (this.closed) return 'closed';
    if (this.#all.length >= extensionsMax) return 'too-many';
    if (this.byName(name) !== undefined) return 'taken';
    const extension = new Extension(name, false);
    this.#all.push(extension);
    return extension;
  }

  byName(name: string): Extension | undefined {
    return this.#all.find((extension) => extension.name === name);
  }

  byId(id: string): Extension | undefined {
    return this.#all.find((extension) => extension.id === id);
  }

  listeningTo(event: EventName): readonly Extension[] {
    return this.#all.filter(({ events }) => events.includes(event));
  }

  /** Whether all external ones have registered: the runtime may start. */
  get registered(): boolean {
    return this.#all.every(({ external, state }) => !external || state !== 'Started');
  }

  /** Whether all wait for an event. */
  get ready(): boolean {
    return this.#all.every(({ state }) => state === 'Ready');
  }
}

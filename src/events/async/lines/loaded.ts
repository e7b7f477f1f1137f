import { limits } from '../../../model/limits.ts';
import type { NewEvent } from '../../../store/durable/contracts/events.ts';

/** What is in memory of events that have not ended: bounded, however many there are. */
export class Loaded {
  #events = 0;
  #bytes = 0;

  add({ payload }: NewEvent): void {
    this.#events += 1;
    this.#bytes += payload.length;
  }

  remove({ payload }: NewEvent): void {
    this.#events -= 1;
    this.#bytes -= payload.length;
  }

  hasRoomFor({ payload }: NewEvent): boolean {
    return this.#events < limits.eventsLoadedMax && this.#bytes + payload.length <= limits.eventBytesLoadedMax;
  }

  /** How much of a line may be read now; whose turn it is has one at least. */
  get window(): { readonly max: number; readonly bytesMax: number } {
    const { eventWindow, eventsLoadedMax, eventBytesLoadedMax } = limits;
    return {
      max: Math.max(1, Math.min(eventWindow, eventsLoadedMax - this.#events)),
      bytesMax: Math.max(0, Math.min(eventBytesLoadedMax - this.#bytes, eventBytesLoadedMax / eventWindow)),
    };
  }
}

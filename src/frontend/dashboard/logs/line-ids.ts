import type { LogEvent } from '../../aws/logs/log-events.ts';
import { Lru } from '../../../model/lru.ts';

/** Invocations whose place is remembered: those that print now. */
const rememberedMax = 1_000;

/**
 * Ids of lines that are told while their invocations run. These come in pieces, each of which counts its characters from its own beginning: here they are counted from that of the whole, so
 * that a line has the same id as when it is read later, and no two of the same moment have one.
 */
export class LineIds {
  readonly #places = new Lru<{ readonly base: number; readonly next: number }>(rememberedMax);

  /** To be asked for each line, in order. */
  of({ position, requestId, message }: Pick<LogEvent, 'position' | 'requestId' | 'message'>): string {
    const at = position.lastIndexOf('/') + 1;
    const offset = Number(position.slice(at));
    const known = this.#places.get(requestId) ?? { base: 0, next: 0 };
    // Another piece begins.
    const base = offset === 0 ? known.next : known.base;
    this.#places.set(requestId, { base, next: base + offset + message.length }, 1);
    return `${position.slice(0, at)}${String(base + offset).padStart(8, '0')}`;
  }
}

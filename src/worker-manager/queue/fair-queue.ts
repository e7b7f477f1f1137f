import type { Code } from '../active-pool/code.ts';
import type { Ticket } from './ticket.ts';

interface Line {
  readonly codes: Set<Code>;
  uncovered: number;
}

/**
 * The requests that wait: first come, first served within one code; accounts take turns. "Uncovered" are those for
 * which nothing is under way; they are what the queue's limit counts.
 */
export class FairQueue {
  /** In the order of turns. */
  readonly #lines: Map<string, Line> = new Map();
  #size = 0;
  #uncovered = 0;

  get size(): number {
    return this.#size;
  }

  get uncovered(): number {
    return this.#uncovered;
  }

  add(ticket: Ticket): void {
    const { code, place } = ticket;
    if (place === undefined) throw new Error('A ticket needs its place before it can be queued.');
    this.#line(code).codes.add(code);
    code.waiting.add(place.inWaiting);
    code.pool.waiting += 1;
    this.#size += 1;
  }

  remove(ticket: Ticket): void {
    const { code, place } = ticket;
    if (place === undefined || !code.waiting.remove(place.inWaiting)) return;
    this.cover(ticket);
    code.pool.waiting -= 1;
    this.#size -= 1;
    if (code.waiting.size > 0) return;
    const line = this.#line(code);
    line.codes.delete(code);
    if (line.codes.size === 0) this.#lines.delete(code.function.account);
  }

  /** Something is under way for it. */
  cover(ticket: Ticket): void {
    const { code, place } = ticket;
    if (place === undefined || !code.uncovered.remove(place.inUncovered)) return;
    this.#line(code).uncovered -= 1;
    this.#uncovered -= 1;
  }

  /** Nothing is under way for it (any more). */
  uncover(ticket: Ticket): void {
    const { code, place } = ticket;
    if (place === undefined || place.inUncovered.list !== undefined) return;
    code.uncovered.add(place.inUncovered);
    this.#line(code).uncovered += 1;
    this.#uncovered += 1;
  }

  /** Accounts with waiting requests; whose turn it is, first. */
  accounts(): string[] {
    return [...this.#lines.keys()];
  }

  /** The codes an account waits for, longest waiting first. */
  codes(account: string): Code[] {
    const codes = [...(this.#lines.get(account)?.codes ?? [])];
    if (codes.length > 1) codes.sort((a, b) => sequenceOf(a.waiting.oldest) - sequenceOf(b.waiting.oldest));
    return codes;
  }

  uncoveredOf(account: string): number {
    return this.#lines.get(account)?.uncovered ?? 0;
  }

  /** The account has had its turn. */
  rotate(account: string): void {
    const line = this.#lines.get(account);
    if (line === undefined) return;
    this.#lines.delete(account);
    this.#lines.set(account, line);
  }

  /** The newest uncovered request of the account that has most of them, if those are more than `moreThan`. */
  newestOfHeaviest(moreThan: number): Ticket | undefined {
    let heaviest: Line | undefined;
    for (const line of this.#lines.values()) if (line.uncovered > (heaviest?.uncovered ?? moreThan)) heaviest = line;
    let newest: Ticket | undefined;
    for (const code of heaviest?.codes ?? [])
      if (sequenceOf(code.uncovered.newest) > sequenceOf(newest)) newest = code.uncovered.newest;
    return newest;
  }

  /** Everyone, oldest first within one code. */
  *[Symbol.iterator](): Iterator<Ticket> {
    for (const line of this.#lines.values()) for (const code of line.codes) yield* code.waiting;
  }

  #line(code: Code): Line {
    const { account } = code.function;
    let line = this.#lines.get(account);
    if (line === undefined) this.#lines.set(account, (line = { codes: new Set(), uncovered: 0 }));
    return line;
  }
}

function sequenceOf(ticket: Ticket | undefined): number {
  return ticket?.place?.sequence ?? -1;
}

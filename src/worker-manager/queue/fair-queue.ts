import { RecencyList } from '../active-pool/recency-list.ts';
import type { Code } from '../active-pool/state.ts';
import { Pace } from './pace.ts';
import type { Ticket } from './ticket.ts';

/** What waits for one code. */
export interface CodeLine {
  /** Oldest first; and those of them for which nothing is under way. */
  readonly waiting: RecencyList<Ticket>;
  readonly uncovered: RecencyList<Ticket>;
  /** How fast they are served. */
  readonly pace: Pace;
}

/** What waits of one account. */
interface AccountLine {
  readonly codes: Set<Code>;
  uncovered: number;
}

/**
 * The requests that wait: first come, first served within one code; accounts take turns. "Uncovered" are those for
 * which nothing is under way; they are what the queue's limit counts.
 */
export class FairQueue {
  /** In the order of turns. */
  readonly #accounts: Map<string, AccountLine> = new Map();
  readonly #codes: Map<Code, CodeLine> = new Map();
  #size = 0;
  #uncovered = 0;
  #firstMb = 0;

  get size(): number {
    return this.#size;
  }

  get uncovered(): number {
    return this.#uncovered;
  }

  /** What those who do not give way, and for whom nothing is under way, wait for: one request of each code, MiB. */
  get firstMb(): number {
    return this.#firstMb;
  }

  /** What waits for this code; undefined where nothing does. */
  of(code: Code): CodeLine | undefined {
    return this.#codes.get(code);
  }

  add(ticket: Ticket): void {
    const { code, place } = ticket;
    if (place === undefined) throw new Error('A ticket needs its place before it can be queued.');
    this.#accountLine(code).codes.add(code);
    const line = this.#codeLine(code, place.queuedAt);
    line.waiting.add(place.inWaiting);
    line.pace.arrived(place.queuedAt);
    this.#size += 1;
  }

  remove(ticket: Ticket): void {
    const { code, place } = ticket;
    const line = this.#codes.get(code);
    if (place === undefined || line?.waiting.remove(place.inWaiting) !== true) return;
    this.cover(ticket);
    this.#size -= 1;
    if (line.waiting.size > 0) return;
    this.#codes.delete(code);
    const account = this.#accountLine(code);
    account.codes.delete(code);
    if (account.codes.size === 0) this.#accounts.delete(code.function.account);
  }

  /** Something is under way for it. */
  cover(ticket: Ticket): void {
    const { code, place } = ticket;
    const line = this.of(code);
    if (place === undefined || line?.uncovered.remove(place.inUncovered) !== true) return;
    if (line.uncovered.size === 0 && !givesWay(code)) this.#firstMb -= code.reservedMb;
    this.#accountLine(code).uncovered -= 1;
    this.#uncovered -= 1;
  }

  /** Nothing is under way for it (any more). */
  uncover(ticket: Ticket): void {
    const { code, place } = ticket;
    if (place === undefined || place.inUncovered.list !== undefined) return;
    const { uncovered } = this.#codeLine(code, place.queuedAt);
    if (uncovered.size === 0 && !givesWay(code)) this.#firstMb += code.reservedMb;
    uncovered.add(place.inUncovered);
    this.#accountLine(code).uncovered += 1;
    this.#uncovered += 1;
  }

  /** Accounts with waiting requests; whose turn it is, first. */
  accounts(): string[] {
    return [...this.#accounts.keys()];
  }

  get accountCount(): number {
    return this.#accounts.size;
  }

  hasAccount(account: string): boolean {
    return this.#accounts.has(account);
  }

  /** The codes an account waits for, longest waiting first. */
  codes(account: string): Code[] {
    const codes = [...(this.#accounts.get(account)?.codes ?? [])];
    if (codes.length > 1) codes.sort((a, b) => this.#oldestOf(a) - this.#oldestOf(b));
    return codes;
  }

  uncoveredOf(account: string): number {
    return this.#accounts.get(account)?.uncovered ?? 0;
  }

  /** The account has had its turn. */
  rotate(account: string): void {
    const line = this.#accounts.get(account);
    if (line === undefined) return;
    this.#accounts.delete(account);
    this.#accounts.set(account, line);
  }

  /** The newest uncovered request of the account that has most of them, if those are more than `moreThan`. */
  newestOfHeaviest(moreThan: number): Ticket | undefined {
    let heaviest: AccountLine | undefined;
    for (const line of this.#accounts.values()) if (line.uncovered > (heaviest?.uncovered ?? moreThan)) heaviest = line;
    let newest: Ticket | undefined;
    for (const code of heaviest?.codes ?? []) {
      const own = this.of(code)?.uncovered.newest;
      if (sequenceOf(own) > sequenceOf(newest)) newest = own;
    }
    return newest;
  }

  /** What is waited for, and how many do. */
  *lines(): Generator<readonly [code: Code, waiting: number]> {
    for (const [code, { waiting }] of this.#codes) yield [code, waiting.size];
  }

  /** Everyone, oldest first within one code. */
  *[Symbol.iterator](): Iterator<Ticket> {
    for (const line of this.#codes.values()) yield* line.waiting;
  }

  #oldestOf(code: Code): number {
    return sequenceOf(this.of(code)?.waiting.oldest);
  }

  #codeLine(code: Code, now: number): CodeLine {
    let line = this.#codes.get(code);
    if (line === undefined) {
      line = { waiting: new RecencyList(), uncovered: new RecencyList(), pace: new Pace(now) };
      this.#codes.set(code, line);
    }
    return line;
  }

  #accountLine(code: Code): AccountLine {
    const { account } = code.function;
    let line = this.#accounts.get(account);
    if (line === undefined) this.#accounts.set(account, (line = { codes: new Set(), uncovered: 0 }));
    return line;
  }
}

function sequenceOf(ticket: Ticket | undefined): number {
  return ticket?.place?.sequence ?? -1;
}

/** Whether its function has variable capacity: others come first where memory is short. */
export function givesWay(code: Pick<Code, 'capacity'> | undefined): boolean {
  return code?.capacity?.kind === 'variable';
}

import type { FunctionVersion } from '../model/function.ts';
import type { Timer } from '../model/clock.ts';
import type { ActiveContainer } from './active-container.ts';
import { MovingAverage } from './costs.ts';
import type { Holding } from './holding.ts';
import { RecencyList } from './recency-list.ts';
import type { Ticket } from './ticket.ts';

/** One revision of one function of one account: its containers, and the requests for it that have not ended. */
export class Code {
  readonly key: string;
  readonly function: FunctionVersion;
  readonly holding: Holding;
  readonly containers: Set<ActiveContainer> = new Set();
  /** Idle containers, least recently used first. */
  readonly idle: RecencyList<ActiveContainer> = new RecencyList();
  /** Those that were taken for a request, longest ago first. */
  readonly busy: RecencyList<ActiveContainer> = new RecencyList();
  /** Requests in the queue, oldest first; and those of them for which nothing is under way. */
  readonly waiting: RecencyList<Ticket> = new RecencyList();
  readonly uncovered: RecencyList<Ticket> = new RecencyList();
  /** How long a loaded container usually is taken by one request, ms. */
  usual: MovingAverage | undefined;
  /** The same of one that is given the code first, ms. */
  loading: MovingAverage | undefined;
  /** Runs while requests wait for a container that is about to be idle, rather than for a new one. */
  patience: Timer | undefined;
  /** Requests that have not ended. */
  tickets = 0;
  /** Replaced by a newer revision: its containers end when they are idle. */
  retired = false;

  constructor(key: string, fn: FunctionVersion, holding: Holding) {
    this.key = key;
    this.function = fn;
    this.holding = holding;
  }

  /** A container was taken for so long; `loads`: it was given the code first. */
  took(ms: number, loads: boolean): void {
    const kind = loads ? 'loading' : 'usual';
    const average = this[kind];
    if (average === undefined) this[kind] = new MovingAverage(ms);
    else average.add(ms);
  }

  get unused(): boolean {
    return this.tickets === 0 && this.containers.size === 0;
  }
}

/** Names a revision of a function. The revision alone would do; the rest makes sure no two accounts can ever meet in one. */
export function codeKey(fn: FunctionVersion): string {
  return `${fn.account}\0${fn.name}\0${fn.version}\0${fn.revisionId}`;
}

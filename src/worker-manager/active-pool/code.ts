import type { Timer } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/function.ts';
import { CallProfile } from '../concurrency/call-profile.ts';
import { Pace } from '../queue/pace.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { AccountPool } from './account-pool.ts';
import type { ActiveContainer } from './active-container.ts';
import { RecencyList } from './recency-list.ts';

/** One revision of one function of one account: its containers, and the requests for it that have not ended. */
export class Code {
  readonly key: string;
  readonly function: FunctionVersion;
  readonly pool: AccountPool;
  readonly containers: Set<ActiveContainer> = new Set();
  /** Idle containers, least recently used first. */
  readonly idle: RecencyList<ActiveContainer> = new RecencyList();
  /** Those that were taken for a request, longest ago first. */
  readonly busy: RecencyList<ActiveContainer> = new RecencyList();
  /** Requests in the queue, oldest first; and those of them for which nothing is under way. */
  readonly waiting: RecencyList<Ticket> = new RecencyList();
  readonly uncovered: RecencyList<Ticket> = new RecencyList();
  /** What its calls are like. */
  readonly profile: CallProfile = new CallProfile();
  /** How fast those that wait are served. */
  readonly pace: Pace = new Pace();
  /** When one of its calls last began, or a container was ordered for one. */
  begunAt: number = Number.NEGATIVE_INFINITY;
  /** Runs until those that are held back are looked at again. */
  review: Timer | undefined;
  /** Requests that have not ended. */
  tickets = 0;
  /** Replaced by a newer revision: its containers end when they are idle. */
  retired = false;

  constructor(key: string, fn: FunctionVersion, pool: AccountPool) {
    this.key = key;
    this.function = fn;
    this.pool = pool;
  }

  /** Requests for which a container is on its way. */
  get ordered(): number {
    return this.waiting.size - this.uncovered.size;
  }

  get unused(): boolean {
    return this.tickets === 0 && this.containers.size === 0;
  }
}

/** Names a revision of a function. The revision alone would do; the rest makes sure no two accounts can ever meet in one. */
export function codeKey(fn: FunctionVersion): string {
  return `${fn.account}\0${fn.name}\0${fn.version}\0${fn.revisionId}`;
}

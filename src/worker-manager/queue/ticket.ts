import type { Timer } from '../../model/clock.ts';
import type { ColdReason, Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { Ordered } from '../../model/invocations/run-record.ts';
import type { Code } from '../active-pool/state.ts';
import type { Order } from '../orders/order.ts';
import type { Link } from '../active-pool/recency-list.ts';

/** One request, from the moment it is taken to its answer, which it gets exactly once. */
export class Ticket {
  readonly invocation: Invocation;
  readonly code: Code;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: InvocationOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** How often it was begun, or something ordered for it, and that was lost before its code ran. */
  attempts = 0;
  /** Why what was ordered for it last did not come. */
  failure: Error | undefined;
  /** What it waits for, if something is under way for it. */
  order: Order<Ticket> | undefined;
  /** Why nothing booted was there for it, as things were when it first had to wait; only told where it then waited for a boot. */
  coldReason: ColdReason | undefined;
  /** When it came, first waited, and had something ordered or taken for it that is not an idle container. */
  readonly cameAt: number;
  queuedAt: number | undefined;
  orderedAt: number | undefined;
  ordered: Ordered | undefined;
  /** Where it stands in the queue; undefined until it first waits. */
  place: QueuePlace | undefined;

  constructor(
    invocation: Invocation,
    code: Code,
    signal: AbortSignal,
    cameAt: number,
    resolve: (outcome: InvocationOutcome) => void,
    reject: (error: unknown) => void,
  ) {
    this.invocation = invocation;
    this.code = code;
    this.signal = signal;
    this.cameAt = cameAt;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** What only a waiting request needs. */
export interface QueuePlace {
  /** Grows with arrival. */
  readonly sequence: number;
  readonly queuedAt: number;
  readonly inWaiting: Link<Ticket>;
  readonly inUncovered: Link<Ticket>;
  timer: Timer;
  readonly onAbort: () => void;
  /** It has waited long enough; it stays only for what is already under way for it. */
  overdue: boolean;
}

/** Whether something may be ordered for it: not again and again what fails. It still gets what comes free. */
export function mayOrder(ticket: Ticket): boolean {
  return ticket.attempts <= 1;
}

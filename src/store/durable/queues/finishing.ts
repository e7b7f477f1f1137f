import type { DeleteOutcome, QueueOperations, Receipt, VisibilityOutcome } from '../contracts/queues.ts';
import { DepthChange, waitingStates, type Depths } from './depths.ts';
import type { MessageRow, Messages } from './messages.ts';
import { inFlight } from './schema.ts';

/** How long a message may be held by who received it, whatever he asks for in the meantime. */
const heldMsMax = 43_200_000; // 12 h

/** What receivers do with what they hold. */
export class Finishing {
  readonly #depths: Depths;
  readonly #messages: Messages;

  constructor(depths: Depths, messages: Messages) {
    this.#depths = depths;
    this.#messages = messages;
  }

  readonly delete: QueueOperations['delete'] = ({ queue, receipts, now }) => {
    const change = this.#begin(queue.id, queue.fifo, now);
    if (change === undefined) return 'missing';
    const outcomes = receipts.map((receipt): DeleteOutcome => {
      const message = this.#messages.find(queue.id, receipt.sequence);
      if (message === undefined) return 'gone';
      // The last to receive it may still delete it when it is visible again, unless that could break an order.
      if (message.receives !== receipt.receives || (queue.fifo && message.state !== inFlight)) return 'late';
      this.#messages.remove(message, change);
      return 'deleted';
    });
    this.#depths.add(queue.id, change);
    return outcomes;
  };

  readonly changeVisibility: QueueOperations['changeVisibility'] = ({ queue, receipts, now }) => {
    const change = this.#begin(queue.id, true, now);
    if (change === undefined) return 'missing';
    const outcomes = receipts.map((receipt) =>
      this.#changeOne(this.#messages.find(queue.id, receipt.sequence), receipt, now, change),
    );
    this.#depths.add(queue.id, change);
    return outcomes;
  };

  #changeOne(
    message: MessageRow | undefined,
    { receives, visibilityMs }: Receipt & { readonly visibilityMs: number },
    now: number,
    change: DepthChange,
  ): VisibilityOutcome {
    if (message === undefined) return 'gone';
    if (message.receives !== receives || message.state !== inFlight) return 'late';
    const until = now + visibilityMs;
    if (until > (message.receivedAt ?? now) + heldMsMax) return 'too-long';
    if (visibilityMs === 0) this.#messages.makeReady(message, change);
    else this.#messages.postpone(message, until);
    return 'changed';
  }

  /** `strict`: what is over is over, before anything is done with it. Undefined where there is no such queue. */
  #begin(queue: number, strict: boolean, now: number): DepthChange | undefined {
    if (this.#depths.of(queue) === undefined) return undefined;
    const change = new DepthChange();
    if (strict) this.#messages.release(queue, waitingStates, now, change);
    return change;
  }
}

import type { Clock } from '../../model/clock.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { ActiveContainer, Code } from '../active-pool/state.ts';
import type { Processors } from '../contract.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { Ticket } from '../queue/ticket.ts';
import { mayRun, stallMs } from './admission.ts';
import type { CallSample } from './call-profile.ts';
import { InFlight } from './in-flight.ts';
import { Tally } from './tally.ts';

/** Who is held back is looked at again so often, ms. */
const reviewMs = 12;

/** What the limit needs of its surroundings. */
export interface ConcurrencyOptions {
  readonly clock: Clock;
  readonly processors: Pick<Processors, 'count'>;
  readonly queue: FairQueue;
  /** Whether what calls say of the processor time that they wanted is exact. */
  readonly exactCallTimes: boolean;
}

/**
 * How many calls run at once. Containers that share processors slow each other down, sandboxes more than processes, so calls
 * begin only as far as there are processors for what they want of them; the others wait in the queue, which is first come, first
 * served, and loses nothing by it.
 *
 * The dispatcher asks `may` before it begins a call or orders a container for one; the runner tells `begun` and `ended`. In this
 * room, `admission.ts` decides (pure), `call-profile.ts` knows what calls of a code are like, `in-flight.ts` looks at those that take
 * long, and `tally.ts` adds up what runs.
 */
export class Concurrency {
  readonly #clock: Clock;
  readonly #processors: Pick<Processors, 'count'>;
  readonly #queue: FairQueue;
  readonly #exactCallTimes: boolean;
  readonly #tally = new Tally();
  readonly #inFlight: InFlight;
  readonly #again: () => void;

  /** `again` is called when somebody who was held back may be let in. */
  constructor({ clock, processors, queue, exactCallTimes }: ConcurrencyOptions, again: () => void) {
    this.#exactCallTimes = exactCallTimes;
    this.#clock = clock;
    this.#processors = processors;
    this.#queue = queue;
    this.#again = again;
    this.#inFlight = new InFlight(clock, exactCallTimes, (container, share) => this.#tally.looked(container, share));
  }

  /** Processors that the calls want which run, as far as they compute. */
  get computing(): number {
    return this.#tally.computing;
  }

  /** The same of those that wait for something else: the shares of a processor that they take together. */
  get waitingShares(): number {
    return this.#tally.waitingShares;
  }

  /**
   * Whether this request may begin, or have a container ordered, now. Where its caller holds a container itself it always may: two that
   * wait for each other would wait for ever.
   */
  may(ticket: Ticket): boolean {
    const { code, invocation, order } = ticket;
    const line = this.#queue.of(code);
    const uncovered = line?.uncovered.size ?? 0;
    const ordered = (line?.waiting.size ?? 0) - uncovered - (order === undefined ? 0 : 1);
    if (code.calls.full(code.capacity, ordered)) return false;
    if (invocation.nested === true) return true;
    const queued = uncovered + (ticket.place === undefined ? 1 : 0);
    // Each comes free in a moment, or is not waited for any longer.
    if (code.lingering >= queued && code.lingering > 0 && code.idle.size + code.ready.size === 0) return false;
    const running = code.busy.size + ordered;
    const may =
      running === 0 ||
      mayRun({
        processors: this.#processors.count,
        running,
        looked: this.#tally.lookedOf(code),
        queued,
        known: code.profile.known,
        cpuMs: code.profile.cpuMs,
        share: this.#tally.shareOf(code),
        computing: this.#tally.computing,
        waitingShares: this.#tally.waitingShares,
        sinceBegunMs: this.#clock.now() - code.begunAt,
      });
    if (!may) this.#reviewLater(code);
    return may;
  }

  /** A container was taken for a call. */
  begun(container: ActiveContainer): void {
    container.code?.calls.works(1);
    this.#tally.begun(container);
  }

  /** The call of a container has ended; `outcome` is missing where its code was not reached. */
  ended(container: ActiveContainer, outcome: InvocationOutcome | undefined): void {
    const { code, share } = container;
    code?.calls.works(-1);
    this.#tally.ended(container);
    if (code === undefined || outcome === undefined) return;
    // Where its runtime does not tell, and nobody looked, it was like those before it.
    const usual = share ?? (code.profile.known ? code.profile.share : 1);
    code.profile.add(sampleOf(outcome, usual, this.#exactCallTimes));
    this.#tally.profiled(code);
  }

  #reviewLater(code: Code): void {
    code.review ??= this.#clock.timer(reviewMs, () => {
      code.review = undefined;
      if (this.#queue.of(code) !== undefined) void this.#review(code);
    });
  }

  async #review(code: Code): Promise<void> {
    const looked = await this.#inFlight.look(code);
    if (this.#queue.of(code) === undefined) return;
    if (looked || this.#clock.now() - code.begunAt >= stallMs) this.#again();
    // Whoever was let in, others may be held back still.
    if (this.#queue.of(code) !== undefined) this.#reviewLater(code);
  }
}

/** What a call took without the initialisation of its module, which others do not repeat. `share`: what was seen of it while it ran. */
function sampleOf(outcome: InvocationOutcome, share: number, exact: boolean): CallSample {
  const { durationMs, initMs = 0, ranMs = durationMs } = outcome;
  const { cpuMs = ranMs * share } = exact ? outcome : {};
  return { cpuMs: Math.max(0, cpuMs - (exact ? initMs : initMs * share)), ranMs: Math.max(0, ranMs - initMs) };
}

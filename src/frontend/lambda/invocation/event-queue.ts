import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../model/clock.ts';
import { CapacityError, StoppingError } from '../../../model/errors.ts';
import type { Invocation } from '../../../model/invocation.ts';
import { limits } from '../../../model/limits.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';

/** Limits of what waits: in memory, so bounded by bytes too. */
const waitingMax = 1_000;
const waitingBytesMax = 67_108_864;
/** Events never take more than this of the worker manager's capacity away from those who wait for an answer. */
const runningMax = 32;
/** An event that found no capacity waits so long before it is tried again, and twice as long each time after. */
const backOffMsMin = 1_000;
const backOffMsMax = 60_000;

interface Event {
  readonly invocation: Invocation;
  readonly acceptedAt: number;
  refusals: number;
}

/**
 * Asynchronous (`Event`) invocations: accepted, then run in the background, each once. Where there is no capacity for
 * one it is tried again, until it is too old. They wait in memory: what waits when the service dies is lost. (Retries of
 * what failed, and a queue that survives, come later.)
 */
export class EventQueue {
  readonly #workerManager: WorkerManager;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ready: Event[] = [];
  readonly #backingOff: Map<Event, Timer> = new Map();
  #waitingBytes = 0;
  #running = 0;
  #stopped = false;

  constructor(workerManager: WorkerManager, clock: Clock, logger: Logger) {
    this.#workerManager = workerManager;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Throws CapacityError when too many wait already. */
  accept(invocation: Invocation): void {
    if (this.#stopped) throw new StoppingError('The service is stopping.');
    const waiting = this.#ready.length + this.#backingOff.size;
    if (waiting >= waitingMax || this.#waitingBytes + invocation.payload.length > waitingBytesMax)
      throw new CapacityError(`${waiting} events wait to be run already; try again later.`, 5);
    this.#waitingBytes += invocation.payload.length;
    this.#ready.push({ invocation, acceptedAt: this.#clock.now(), refusals: 0 });
    this.#next();
  }

  /** Nothing more is started. Gives how many that waited are lost. */
  stop(): number {
    this.#stopped = true;
    for (const timer of this.#backingOff.values()) timer[Symbol.dispose]();
    const lost = this.#ready.length + this.#backingOff.size;
    this.#ready.length = 0;
    this.#backingOff.clear();
    return lost;
  }

  #next(): void {
    while (this.#running < runningMax) {
      const event = this.#ready.shift();
      if (event === undefined) return;
      this.#waitingBytes -= event.invocation.payload.length;
      this.#running++;
      void this.#run(event);
    }
  }

  async #run(event: Event): Promise<void> {
    try {
      await this.#workerManager.invoke(event.invocation, new AbortController().signal);
    } catch (error) {
      const young = this.#clock.now() - event.acceptedAt < limits.eventAgeMsMax;
      if (error instanceof CapacityError && young && !this.#stopped) this.#backOff(event);
      else this.#giveUp(event, error);
    } finally {
      this.#running--;
      this.#next();
    }
  }

  /** It was taken, so it keeps its place even where others have filled the queue in the meantime. */
  #backOff(event: Event): void {
    this.#waitingBytes += event.invocation.payload.length;
    const delayMs = Math.min(backOffMsMax, backOffMsMin * 2 ** event.refusals);
    event.refusals += 1;
    const timer = this.#clock.timer(delayMs, () => {
      this.#backingOff.delete(event);
      this.#ready.push(event);
      this.#next();
    });
    this.#backingOff.set(event, timer);
  }

  #giveUp({ invocation, refusals }: Event, err: unknown): void {
    const { requestId, function: fn } = invocation;
    this.#logger.warn({ err, requestId, function: fn.arn, refusals }, 'An event was accepted and could not be run.');
  }
}

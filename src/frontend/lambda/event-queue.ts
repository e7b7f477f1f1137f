import type { Logger } from 'pino';
import { CapacityError, StoppingError } from '../../model/errors.ts';
import type { Invocation } from '../../model/invocation.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';

/** Limits of what waits: in memory, so bounded by bytes too. */
const waitingMax = 1_000;
const waitingBytesMax = 67_108_864;
/** Events never take more than this of the worker manager's capacity away from those who wait for an answer. */
const runningMax = 32;

/**
 * Asynchronous (`Event`) invocations: accepted, then run in the background, each once. They wait in memory: what waits
 * when the service dies is lost. (Retries, and a queue that survives, come later.)
 */
export class EventQueue {
  readonly #workerManager: WorkerManager;
  readonly #logger: Logger;
  readonly #waiting: Invocation[] = [];
  #waitingBytes = 0;
  #running = 0;
  #stopped = false;

  constructor(workerManager: WorkerManager, logger: Logger) {
    this.#workerManager = workerManager;
    this.#logger = logger;
  }

  /** Throws CapacityError when too many wait already. */
  accept(invocation: Invocation): void {
    if (this.#stopped) throw new StoppingError('The service is stopping.');
    if (this.#waiting.length >= waitingMax || this.#waitingBytes + invocation.payload.length > waitingBytesMax)
      throw new CapacityError(`${this.#waiting.length} events wait to be run already; try again later.`, 5);
    this.#waiting.push(invocation);
    this.#waitingBytes += invocation.payload.length;
    this.#next();
  }

  /** Nothing more is started. Gives how many that waited are lost. */
  stop(): number {
    this.#stopped = true;
    return this.#waiting.splice(0).length;
  }

  #next(): void {
    while (this.#running < runningMax) {
      const invocation = this.#waiting.shift();
      if (invocation === undefined) return;
      this.#waitingBytes -= invocation.payload.length;
      this.#running++;
      void this.#run(invocation);
    }
  }

  async #run(invocation: Invocation): Promise<void> {
    try {
      await this.#workerManager.invoke(invocation, new AbortController().signal);
    } catch (error) {
      const { requestId, function: fn } = invocation;
      this.#logger.warn({ err: error, requestId, function: fn.arn }, 'An event was accepted and could not be run.');
    } finally {
      this.#running--;
      this.#next();
    }
  }
}

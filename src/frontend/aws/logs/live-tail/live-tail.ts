import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../../model/clock.ts';
import { limits } from '../../../../model/limits.ts';
import type { LogStore } from '../../../../store/logs/contract.ts';
import { exceptionMessage, jsonEvent } from '../../../lambda/streaming/event-stream.ts';
import type { LogGroup } from '../log-groups.ts';
import { EventSample, type TailUpdate } from './event-sample.ts';
import { PendingUpdates } from './pending-updates.ts';
import { wants, type LiveTailRequest } from './request.ts';
import { TailedFunctions } from './tailed-functions.ts';

const updateMs = 1_000;
/** How often it is asked which functions log to the groups. */
const lookUpdates = 5;

/** What a session is made with. */
export interface LiveTailOptions {
  readonly logs: Pick<LogStore, 'follow' | 'running'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly account: string;
  readonly request: LiveTailRequest;
  /** The groups that the request names, as they are now. */
  readonly groups: () => Promise<readonly LogGroup[]>;
}

/**
 * One session of AWS's Live Tail: every second what was printed in that second, as far as it is wanted and an update may hold it. Its reader may be slow,
 * see {@link PendingUpdates}. It ends when its reader leaves, after three hours, or when somebody ends it. In this room, `request.ts` says what is
 * wanted, `tailed-functions.ts` follows the logs, `event-sample.ts` is one second, and `start-live-tail.ts` the operation.
 */
export class LiveTail implements Disposable {
  readonly #options: LiveTailOptions;
  readonly #pending = new PendingUpdates();
  readonly #sample: EventSample;
  readonly #functions: TailedFunctions;
  readonly #over: Timer;
  #next: Timer;
  #updates = 0;
  #lookedAtMs: number;
  #exception: readonly [name: string, message: string] | undefined;
  #ended = false;

  /** Begins at once. `groups`: as they are now. */
  constructor(options: LiveTailOptions, groups: readonly LogGroup[]) {
    const { logs, account, request, clock, random } = options;
    this.#options = options;
    const sample = new EventSample(random);
    this.#sample = sample;
    this.#functions = new TailedFunctions(
      logs,
      account,
      (event) => {
        if (wants(request, event)) sample.add(event);
      },
      (error) => this.#fail(error),
    );
    this.#lookedAtMs = Math.floor(clock.wall());
    this.#functions.follow(groups, this.#lookedAtMs);
    const late = ['SessionTimeoutException', 'The session is over: it may last for three hours.'] as const;
    this.#over = clock.timer(limits.liveTailSessionMsMax, () => this.end(...late));
    this.#next = clock.timer(updateMs, () => this.#update());
  }

  /** What is to be sent after the session's start, each in pieces: to be read once. Ends with the session, and never throws. */
  async *messages(): AsyncGenerator<readonly Uint8Array[], void> {
    for await (const update of this.#pending) yield jsonEvent('sessionUpdate', updateBody(update));
    if (this.#exception !== undefined) yield exceptionMessage(...this.#exception);
  }

  /** What waits is still given, and then this exception. */
  end(name: string, message: string): void {
    this.#exception ??= [name, message];
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of [this.#over, this.#next]) timer[Symbol.dispose]();
    this.#functions[Symbol.dispose]();
    this.#pending.end();
  }

  #update(): void {
    this.#pending.put(this.#sample.take());
    this.#updates += 1;
    if (this.#updates % lookUpdates === 0) this.#look().catch((error: unknown) => this.#fail(error));
    this.#next = this.#options.clock.timer(updateMs, () => this.#update());
  }

  async #look(): Promise<void> {
    const atMs = Math.floor(this.#options.clock.wall());
    const groups = await this.#options.groups();
    if (this.#ended) return;
    this.#functions.follow(groups, this.#lookedAtMs);
    this.#lookedAtMs = atMs;
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#options.logger.error({ err: error }, 'A live tail of logs has failed.');
    this.end('SessionStreamingException', 'The logs cannot be read.');
  }
}

function updateBody({ events, sampled }: TailUpdate): object {
  return {
    sessionMetadata: { sampled },
    sessionResults: events.map(({ stream, group, message, timestamp, ingestionTime }) => ({
      logStreamName: stream,
      logGroupIdentifier: group,
      message,
      timestamp,
      ingestionTime,
    })),
  };
}

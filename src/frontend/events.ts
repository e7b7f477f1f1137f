import type { Logger } from 'pino';
import type { OutsideSettings } from '../events/destinations/outside.ts';
import type { Poster } from '../events/destinations/posting.ts';
import type { SourceConnections } from '../events/sources/outside/connections.ts';
import type { QueueName } from '../events/queue-sender.ts';
import type { Clock } from '../model/clock.ts';
import type { Called } from '../model/invocations/caller.ts';
import { StoppingError } from '../model/errors.ts';
import type { RuntimeName } from '../model/runtimes/configuration.ts';
import type { Store } from '../store/contract.ts';
import type { DurableStore } from '../store/durable/contracts/durable-store.ts';
import type { EventName } from '../store/durable/contracts/events.ts';
import type { WorkerManager } from '../worker-manager/contract.ts';
import { LoopGuard } from './lambda/invocation/loop-guard.ts';
import type { OpenedEvents } from './opened-events.ts';
import type { PolicyBook } from './policies/policy-book.ts';

/** What {@link Events} work with. */
export interface EventParts {
  readonly durable: DurableStore;
  readonly store: Store;
  readonly workerManager: Pick<WorkerManager, 'invoke'>;
  /** What bounds functions, and so where their results may be sent. */
  readonly policies?: PolicyBook;
  readonly region: string;
  readonly poster: Poster;
  readonly outside: OutsideSettings;
  readonly connections: SourceConnections;
  readonly whyMissing?: (runtime: RuntimeName) => string | undefined;
  /** Another process runs these, and says what becomes of them: they are not begun here before. */
  readonly elsewhere?: readonly EventName[];
  /** Told of each function that is to run later, and in how many ms: what it needs can be there then. */
  readonly awaited?: (called: Called, inMs: number) => void;
  /** Told of each function that is to run once more for an event that it failed at. */
  readonly retried?: (account: string, functionName: string, requestId: string) => void;
  /** Whether it goes on with a loop is asked of this; absent: of one of its own. */
  readonly loops?: LoopGuard;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events by whose they are: on one machine all accounts have the same, in a cluster each has those of its home. */
export interface AccountEvents {
  /** Of an account whose home is here. Throws StoppingError where it is not, or not any more. */
  of(account: string): Events;
  /** The same for who only looks: undefined where it is not here. */
  find(account: string): Events | undefined;
  /** All that are here. */
  here(): readonly Events[];
  /** Whether there is a queue, wherever the home of its account is. */
  hasQueue(queue: QueueName): Promise<boolean>;
  /** Where results can be sent. */
  readonly outside: OutsideSettings;
  /** Asked before each invocation. */
  readonly loops: LoopGuard;
  /** Goes on with what a service before this one left. */
  begin(): Promise<void>;
  /** Nothing more is accepted or begun. */
  stop(): void;
}

/**
 * What is done later, because something happened: asynchronous invocations, queues, event sources, schedules, executions. Most services have
 * some of it and some have none, so its code is loaded when it is used first, or at the start where something was kept: everybody who
 * needs it says `await events.open()`, and who only looks asks `inUse`.
 */
export class Events implements AccountEvents {
  readonly durable: DurableStore;
  /** Where results can be sent. */
  readonly outside: OutsideSettings;
  /** Asked before each invocation. */
  readonly loops: LoopGuard;
  readonly #parts: EventParts;
  #opening: Promise<OpenedEvents> | undefined;
  #opened: OpenedEvents | undefined;
  #begun: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: EventParts) {
    this.#parts = parts;
    this.durable = parts.durable;
    this.outside = parts.outside;
    this.loops = parts.loops ?? new LoopGuard(parts.store.settings, parts.logger);
  }

  of(): this {
    return this;
  }

  find(): this {
    return this;
  }

  here(): readonly Events[] {
    return [this];
  }

  async hasQueue(queue: QueueName): Promise<boolean> {
    return await (await this.open()).queues.inside.has(queue);
  }

  /** Everything, loaded now where it was not. Throws StoppingError where the service stops and nothing of it was ever used. */
  async open(): Promise<OpenedEvents> {
    if (this.#opened !== undefined) return this.#opened;
    if (this.#stopped) throw new StoppingError('The service is stopping.');
    this.#opening ??= this.#load();
    return await this.#opening;
  }

  /** The same for who only looks: undefined where nothing was ever kept, nor asked for. */
  async inUse(): Promise<OpenedEvents | undefined> {
    return this.durable.used && !this.#stopped ? await this.open() : this.#opened;
  }

  /** Goes on with what a service before this one left. Loads and does nothing where there never was anything. */
  async begin(): Promise<void> {
    const opened = await this.inUse();
    if (opened !== undefined) await this.#begin(opened);
  }

  /** Nothing more is accepted or begun. `runsOn`: what runs will not be cut, so that a failure is one. */
  stop(runsOn = false): void {
    this.#stopped = true;
    this.#opened?.stop(runsOn);
  }

  /** What another process had begun was written down: nobody runs these any more, and something else may be due. */
  async toldLate(events: readonly Pick<EventName, 'id'>[]): Promise<void> {
    await (await this.inUse())?.toldLate(events);
  }

  /** Those that run, or of which it is not written down what became of them. */
  working(): readonly EventName[] {
    return this.#opened?.async.working() ?? [];
  }

  /** Resolves when what ran has ended and is written down. */
  async settled(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#opened?.settled();
  }

  /** Resolves, once it was stopped, when occurrences of schedules that were on their way are where they go. */
  async delivered(): Promise<void> {
    await this.#opened?.delivered();
  }

  async #begin(opened: OpenedEvents): Promise<void> {
    await (this.#begun ??= opened.begin());
  }

  async #load(): Promise<OpenedEvents> {
    const isFresh = !this.durable.used;
    try {
      const { openEvents } = await import('./opened-events.ts');
      this.#opened = openEvents({ ...this.#parts, loops: this.loops });
      // Whoever waited for it is told by its parts, as if it had been there before.
      if (this.#stopped) this.#opened.stop();
      // Nobody says it later where there is nothing to go on with.
      else if (isFresh) await this.#begin(this.#opened);
      return this.#opened;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}

import { changedTopic, unknownTopic, type TopicState } from '../../api/state/topic-state.ts';
import type { StreamEvent } from '../../model/dashboard/stream.ts';
import { HeddleClient } from '../../sdk/client.ts';
import type { Connection } from '../../sdk/connection.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import { UnreachableError } from '../../sdk/signed-http.ts';
import { stateEvents } from '../../sdk/state-stream.ts';
import { CliError } from '../exit.ts';
import { CountedOverTime } from './counted.ts';
import { pause } from './pause.ts';
import { pictureOf, type Picture } from './picture.ts';
import {
  sampleOf,
  startsOf,
  usedOf,
  watchedTopics,
  type AllUsed,
  type Sample,
  type Starts,
  type WatchedTopic,
} from './sample.ts';
import type { About } from './sections/header.ts';

/** Columns of the sparkline at most. */
const historyMax = 120;
/** How long is waited before a service that is away is asked again, ms: twice as long each time. */
const [retryMsMin, retryMsMax] = [250, 4_000];

/** What is watched, and how. */
export interface Watch {
  /** Where the service is now: one that was started anew may have another port. Throws CliError (unreachable). */
  readonly find: () => Connection;
  /** Rates are of so long at least. */
  readonly intervalMs: number;
}

/** A service as its stream of state tells it: what is known, and what was counted a while before. Asks again, with more and more patience, when the stream breaks. */
export class Watched implements Disposable {
  readonly #watch: Watch;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  readonly #starts: CountedOverTime<Starts>;
  readonly #used: CountedOverTime<AllUsed>;
  #topics = new Map<WatchedTopic, TopicState>(watchedTopics.map((topic) => [topic, unknownTopic]));
  #url = '';
  #startedAtMs: number | undefined;
  /** When it was heard last, and how far its clock is ahead, ms. */
  #heardAt = 0;
  #aheadMs = 0;
  #history: number[] = [];
  #trouble: string | undefined;

  /** `changed` is called whenever there is something new to see. */
  constructor(watch: Watch, changed: () => void) {
    this.#watch = watch;
    this.#changed = changed;
    this.#starts = new CountedOverTime(watch.intervalMs);
    this.#used = new CountedOverTime(watch.intervalMs);
  }

  /** Resolves when everything is known for the first time, and goes on until it is disposed. Rejects where the service cannot be asked at first. */
  begin(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => this.#stop.abort(signal.reason), { once: true });
    this.#run(resolve, reject).then(resolve, reject);
    return promise;
  }

  /** What there is to see now; undefined before `begin` has resolved. */
  picture(): Picture | undefined {
    const sample = this.#sample();
    return sample === undefined ? undefined : pictureOf(sample);
  }

  /** Once a second: the newest rate of calls becomes a part of the history. */
  tick(): void {
    const rate = this.picture()?.callsPerSecond;
    if (rate !== undefined) this.#history = [...this.#history, rate].slice(-historyMax);
  }

  /** Why there is nothing newer, where there is not. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  about(paused: boolean): About {
    return { url: this.#url, paused, trouble: this.#trouble, history: this.#history };
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  #sample(): Sample | undefined {
    // Of a service that is away nothing is known since: it grows no older, and what it does is not 0.
    const silentMs = this.#trouble === undefined ? 0 : performance.now() - this.#heardAt;
    const now = performance.now() - silentMs;
    const wallMs = Date.now() + this.#aheadMs - silentMs;
    return sampleOf(this.#topics, wallMs, this.#starts.at(now), this.#used.at(now));
  }

  async #run(known: () => void, failed: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stop;
    let retryMs = retryMsMin;
    while (!signal.aborted)
      try {
        await this.#read(signal, () => {
          retryMs = retryMsMin;
          if (this.#sample() !== undefined) known();
        });
      } catch (error) {
        if (signal.aborted) return;
        if (this.#isForOperators(error)) continue;
        const away = error instanceof UnreachableError || error instanceof CliError;
        if (this.#sample() === undefined || (!away && !(error instanceof ServiceError))) return failed(error);
        this.#trouble = away ? 'no answer, trying again' : `refused: ${error.type}`;
        this.#changed();
        await pause(retryMs, signal);
        retryMs = Math.min(retryMsMax, retryMs * 2);
      }
  }

  /** Resolves where the service ended the stream in peace. */
  async #read(signal: AbortSignal, heard: () => void): Promise<void> {
    const connection = this.#watch.find();
    using client = new HeddleClient(connection);
    for await (const event of stateEvents(client, [...this.#topics.keys()], signal)) {
      this.#url = connection.url;
      this.#take(event);
      heard();
      this.#changed();
    }
  }

  /** Whether it was refused for what only operators are told, which is not asked for any more then. */
  #isForOperators(error: unknown): boolean {
    return error instanceof ServiceError && error.status === 403 && this.#topics.delete('cluster');
  }

  #take({ atMs, topics }: StreamEvent): void {
    this.#aheadMs = atMs - Date.now();
    this.#trouble = undefined;
    const now = performance.now();
    this.#heardAt = now;
    for (const [topic, state] of this.#topics) {
      const change = topics[topic];
      if (change !== undefined) this.#topics.set(topic, changedTopic(state, change));
    }
    const startedAtMs = Number(Object(this.#topics.get('service')?.rows.get('service')).startedAtMs);
    // Another process counts from 0.
    if (this.#startedAtMs !== undefined && Math.abs(startedAtMs - this.#startedAtMs) > 1) {
      this.#starts.clear();
      this.#used.clear();
    }
    this.#startedAtMs = startedAtMs;
    if (topics['paths'] !== undefined) this.#starts.add(now, startsOf(this.#state('paths')));
    if (topics['usage'] !== undefined) this.#used.add(now, usedOf(this.#state('usage')));
  }

  #state(topic: WatchedTopic): TopicState {
    return this.#topics.get(topic) ?? unknownTopic;
  }
}

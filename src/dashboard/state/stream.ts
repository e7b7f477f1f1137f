import { sentEvents } from '../../api/state/sent-events.ts';
import { beatMs, streamPath, type StreamEvent } from '../../model/dashboard/stream.ts';
import { ask, ServiceError, type Session } from './session.ts';
import type { StateStore } from './store.ts';

/** How the page stands with the service: `away` while nobody answers, `refused` where the key is not taken any more. */
export type Connection = 'connecting' | 'live' | 'away' | 'refused';

const silentMsMax = 3 * beatMs;
/** How long is waited before it is tried again, ms: twice as long each time, and not all pages in the same moment. */
const [retryMsMin, retryMsMax] = [250, 8_000];
/** A page that nobody sees any more is told nothing after so long, ms: who changes between windows finds it as it is. */
const hiddenMsMax = 30_000;
/** A page that is changed wants other topics, one after the other within a moment: they are asked for together, ms. */
const gatherMs = 20;

/** Keeps a store up to date from the one stream, until it is stopped: asks again, with more and more patience, when it breaks. */
export class StateStream {
  readonly #session: Session;
  readonly #store: StateStore;
  readonly #changed: (connection: Connection, why: string) => void;
  readonly #stopped = new AbortController();
  #reopen = new AbortController();
  #topics = '';
  #isSeen = true;

  /** `changed` is told how the page stands with the service, and why. */
  constructor(session: Session, store: StateStore, changed: (connection: Connection, why: string) => void) {
    this.#session = session;
    this.#store = store;
    this.#changed = changed;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    store.onWanted = () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        if (store.wanted().join() !== this.#topics) this.#reopen.abort();
      }, gatherMs);
    };
    this.#stopWhileHidden();
    void this.#run();
  }

  stop(): void {
    this.#store.onWanted = () => undefined;
    this.#stopped.abort();
  }

  #stopWhileHidden(): void {
    let hidden: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(hidden);
      const seen = (isSeen: boolean): void => {
        if (isSeen === this.#isSeen) return;
        this.#isSeen = isSeen;
        this.#reopen.abort();
      };
      if (document.hidden) hidden = setTimeout(() => seen(false), hiddenMsMax);
      else seen(true);
    };
    document.addEventListener('visibilitychange', look);
    this.#stopped.signal.addEventListener('abort', () => {
      clearTimeout(hidden);
      document.removeEventListener('visibilitychange', look);
    });
  }

  async #run(): Promise<void> {
    let retryMs = retryMsMin;
    const { signal: stopped } = this.#stopped;
    while (!stopped.aborted) {
      this.#reopen = new AbortController();
      const wanted = this.#isSeen ? this.#store.wanted() : [];
      this.#topics = wanted.join();
      const signal = AbortSignal.any([stopped, this.#reopen.signal]);
      if (wanted.length === 0) {
        await aborted(signal);
        continue;
      }
      try {
        await this.#read(wanted, signal, () => (retryMs = retryMsMin));
      } catch (error) {
        if (signal.aborted) continue;
        const refused = error instanceof ServiceError && error.refused;
        this.#changed(refused ? 'refused' : 'away', error instanceof ServiceError ? error.message : 'Nobody answers.');
        if (refused) return;
        await patience(retryMs * (0.75 + Math.random() / 2), signal);
        retryMs = Math.min(retryMsMax, retryMs * 2);
      }
    }
  }

  /** Resolves where the service ended it in peace. Throws where it broke. */
  async #read(wanted: readonly string[], signal: AbortSignal, heard: () => void): Promise<void> {
    const silence = new Silence();
    try {
      const query = { topics: wanted.join(',') };
      const response = await ask(this.#session, {
        path: streamPath,
        query,
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (response.body === null) throw new Error('The service answered with nothing.');
      for await (const event of sentEvents(textsOf(response.body))) {
        silence.broken();
        heard();
        if ('comment' in event) continue;
        if (event.name === 'again') return;
        const state: StreamEvent = JSON.parse(event.data);
        this.#store.apply(state);
        this.#changed('live', '');
      }
      throw new Error('The service has ended the connection.');
    } finally {
      silence.over();
    }
  }
}

/** Not every browser's bodies can be iterated over. */
async function* textsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** Fires when nothing was heard for so long that nobody can be there any more. */
class Silence {
  readonly #controller = new AbortController();
  #timer = this.#begin();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#begin();
  }

  over(): void {
    clearTimeout(this.#timer);
  }

  #begin(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#controller.abort(new Error('Nothing was heard of the service.')), silentMsMax);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits, but not where `signal` fires or the machine comes back to its network. Leaves nothing behind, however often it is done. */
async function patience(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = new AbortController();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { signal: over.signal });
  addEventListener('online', () => resolve(), { signal: over.signal });
  if (signal.aborted) resolve();
  await promise;
  clearTimeout(timer);
  over.abort();
}

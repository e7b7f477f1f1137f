import { HeddleClient } from '../../sdk/client.ts';
import type { Connection } from '../../sdk/connection.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import { UnreachableError } from '../../sdk/signed-http.ts';
import { CliError } from '../exit.ts';
import { type Picture, pictureOf } from './picture.ts';
import { type Sample, Sampler } from './sample.ts';
import { Screen } from './screen.ts';
import type { About } from './sections/header.ts';
import { atFirst, keyPressed, type Key, type ViewState } from './state.ts';
import { type Frame, view } from './view.ts';

/** Columns of the sparkline at most. */
const historyMax = 120;

/** What is watched, and how. */
export interface Watch {
  /** Where the service is now: one that was started anew may have another port. Throws CliError (unreachable). */
  readonly find: () => Connection;
  readonly intervalMs: number;
}

/** Samples a service again and again, and knows what the newest two say. */
class Follower implements Disposable {
  readonly #watch: Watch;
  #client: HeddleClient | undefined;
  #sampler: Sampler | undefined;
  #url = '';
  #last: Sample | undefined;
  #startedAt = 0;
  picture: Picture | undefined;
  history: number[] = [];
  trouble: string | undefined;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Throws only where there is no picture yet. */
  async next(signal: AbortSignal): Promise<void> {
    try {
      const sample = await this.#connected().take(signal);
      this.picture = pictureOf(sample, this.#isSame(sample) ? this.#last : undefined);
      this.#last = sample;
      this.trouble = undefined;
      if (this.picture.callsPerSecond !== undefined)
        this.history = [...this.history, this.picture.callsPerSecond].slice(-historyMax);
    } catch (error) {
      if (signal.aborted) return;
      const away = error instanceof UnreachableError || error instanceof CliError;
      if ((!away && !(error instanceof ServiceError)) || this.picture === undefined) throw error;
      this.trouble = away ? 'no answer, trying again' : `refused: ${error.type}`;
      if (away) this[Symbol.dispose]();
    }
  }

  #connected(): Sampler {
    if (this.#sampler !== undefined) return this.#sampler;
    const connection = this.#watch.find();
    this.#url = connection.url;
    this.#client = new HeddleClient(connection);
    this.#sampler = new Sampler(this.#client);
    return this.#sampler;
  }

  /** Lets go of the connection; the next sample makes another. */
  [Symbol.dispose](): void {
    this.#client?.[Symbol.dispose]();
    this.#client = undefined;
    this.#sampler = undefined;
  }

  /** The same process as before: another one counts from 0. */
  #isSame(sample: Sample): boolean {
    const startedAt = sample.atMs - sample.status.number('uptimeMs');
    const same = Math.abs(startedAt - this.#startedAt) < 5_000;
    this.#startedAt = startedAt;
    return same;
  }

  about(paused: boolean): About {
    const { intervalMs } = this.#watch;
    return { url: this.#url, intervalMs, paused, trouble: this.trouble, history: this.history };
  }
}

/** Two samples, so that there are rates, and what they say. */
export async function onePicture(watch: Watch, signal: AbortSignal): Promise<{ picture: Picture; about: About }> {
  using follower = new Follower(watch);
  await follower.next(signal);
  await pause(watch.intervalMs, signal);
  await follower.next(signal);
  if (follower.picture === undefined) throw new Error('The service was sampled and there is no picture.');
  return { picture: follower.picture, about: follower.about(false) };
}

/** Pictures, one an interval, until the signal fires. The first has no rates. */
export async function* pictures(watch: Watch, signal: AbortSignal): AsyncGenerator<Picture> {
  using follower = new Follower(watch);
  while (!signal.aborted) {
    await follower.next(signal);
    if (follower.picture !== undefined && follower.trouble === undefined) yield follower.picture;
    await pause(watch.intervalMs, signal);
  }
}

/** Shows it on the terminal until somebody quits. Throws where the service cannot be asked at first; later it says so, and tries again. */
export async function watchOnScreen(watch: Watch): Promise<void> {
  using follower = new Follower(watch);
  const quit = new AbortController();
  // Before the terminal is taken, so that what is wrong is said where it stays.
  await follower.next(quit.signal);
  let state: ViewState = atFirst;
  let held: Picture | undefined;
  let frame: Frame = { lines: [], page: 0, offsetMax: 0 };
  const draw = (): void => {
    const picture = held ?? follower.picture;
    if (picture === undefined) return;
    frame = view(picture, follower.about(state.paused), state, screen.columns, screen.rows);
    screen.show(frame.lines);
  };
  const key = (pressed: Key): void => {
    const scrolled = { ...state, offset: Math.min(state.offset, frame.offsetMax) };
    const next = keyPressed(scrolled, pressed, frame.page, (follower.picture?.hosts.length ?? 0) > 0);
    if (next === 'quit') return quit.abort();
    if (next === 'suspend') return screen.suspend();
    held = next.paused ? (held ?? follower.picture) : undefined;
    state = next;
    draw();
  };
  using screen = new Screen({ key, changed: draw });
  while (!quit.signal.aborted) {
    draw();
    await pause(watch.intervalMs, quit.signal);
    await follower.next(quit.signal);
  }
}

/** Resolves after so long, or when the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

import type { Clock, Timer } from '../../../model/clock.ts';
import { ApiError } from '../../../api/errors.ts';
import type { Rows, RowsOfHosts, Topic, Viewer } from '../topic.ts';
import { changeText, wholeText, type Texts } from './changes.ts';
import { isOfHosts } from '../over-hosts/gather.ts';

const everyMsUsual = 200;
/** The share of a processor that looking at one topic may take: a state that is slow to find out is asked for less often. */
const shareMax = 0.05;
/** More than a page could show. */
const rowsMax = 20_000;

/** What feeds are made with. */
export interface FeedParts {
  readonly clock: Clock;
  /** Told what a topic throws that is none of the viewer's doing. */
  readonly failed: (topic: string, error: unknown) => void;
}

/** One topic as one account sees it, for all who watch it: looks at it while somebody does, and knows what the last look changed. */
export class Feed {
  readonly #topic: Topic;
  readonly #viewer: Viewer;
  readonly #argument: string;
  readonly #parts: FeedParts;
  readonly #watchers = new Set<() => void>();
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  /** The rows of the last look, and their texts. */
  #rows: Rows = new Map();
  #texts: Texts = new Map();
  #cut = 0;
  #silent: readonly string[] = [];
  #error = '';
  #version = 0;
  #change = '';
  #whole: string | undefined;

  constructor(topic: Topic, viewer: Viewer, argument: string, parts: FeedParts) {
    this.#topic = topic;
    this.#viewer = viewer;
    this.#argument = argument;
    this.#parts = parts;
  }

  /** `changed` is called after each look that found a change. Gives how to leave; without watchers nothing is looked at. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => {
      this.#watchers.delete(changed);
      if (this.#watchers.size > 0) return;
      this.#timer?.[Symbol.dispose]();
      this.#timer = undefined;
    };
  }

  /** Resolves when something is known. Never rejects. */
  async begun(): Promise<void> {
    if (this.#timer === undefined) this.#looking ??= this.#look();
    await this.#looking;
  }

  /** What is new for somebody who has seen a version (0: none): the version, and a TopicChange as text. Undefined: nothing. */
  since(version: number): { readonly version: number; readonly text: string } | undefined {
    if (version === this.#version) return undefined;
    // Who is further behind gets all of it: nothing is kept for the slow.
    if (version !== 0 && version === this.#version - 1) return { version: this.#version, text: this.#change };
    if (this.#error !== '') return { version: this.#version, text: this.#change };
    this.#whole ??= wholeText(this.#texts, { cut: this.#cut, silentHosts: this.#silent });
    return { version: this.#version, text: this.#whole };
  }

  async #look(): Promise<void> {
    const { clock, failed } = this.#parts;
    const startedAt = clock.now();
    try {
      const found = await this.#topic.rows(this.#viewer, this.#argument);
      this.#take(isOfHosts(found) ? found : { rows: found, silentHosts: [] });
    } catch (error) {
      if (!(error instanceof ApiError)) failed(this.#topic.name, error);
      this.#fail(error instanceof ApiError ? error.message : 'The service could not find this out; its log says why.');
    }
    const tookMs = clock.now() - startedAt;
    this.#looking = undefined;
    if (this.#watchers.size === 0) return;
    const share = this.#topic.waits === true ? 0.5 : shareMax;
    const waitMs = Math.max(this.#topic.everyMs ?? everyMsUsual, tookMs / share);
    this.#timer = clock.timer(waitMs, () => {
      this.#timer = undefined;
      this.#looking = this.#look();
    });
  }

  #take({ rows, silentHosts }: RowsOfHosts): void {
    const texts = new Map<string, string>();
    for (const [key, row] of rows) {
      if (texts.size === rowsMax) break;
      const same = this.#topic.keepsRows === true && this.#rows.get(key) === row;
      const known = same ? this.#texts.get(key) : undefined;
      texts.set(key, known ?? JSON.stringify(row));
    }
    this.#rows = rows;
    const cut = rows.size - texts.size;
    const change = changeText(this.#texts, texts, cut);
    const about = { cut, silentHosts };
    // Whatever else has changed than rows is told with all of them: it is rare.
    const anew = this.#error !== '' || cut !== this.#cut || silentHosts.join() !== this.#silent.join();
    if (change === undefined && !anew && this.#version > 0) return;
    [this.#texts, this.#cut, this.#silent, this.#error, this.#whole] = [texts, cut, silentHosts, '', undefined];
    this.#next(anew || change === undefined ? wholeText(texts, about) : change);
  }

  #fail(error: string): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#next(JSON.stringify({ error }));
  }

  #next(change: string): void {
    this.#change = change;
    this.#version += 1;
    for (const changed of this.#watchers) changed();
  }
}

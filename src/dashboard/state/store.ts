import type { StreamEvent, TopicChange } from '../../model/dashboard/stream.ts';

/** A topic's state on this page. A new object after each change. */
export interface TopicState {
  /** Rows by their keys, as the service's topic has them. */
  readonly rows: ReadonlyMap<string, object>;
  /** Whether the service has said anything of it yet. */
  readonly known: boolean;
  /** So many more rows there are than are shown. */
  readonly cut: number;
  /** Why the service cannot say. */
  readonly error?: string;
}

const unknown: TopicState = { rows: new Map(), known: false, cut: 0 };
/** What nobody looks at is kept for so long, ms, so that going back to a page shows something at once. */
const keptMs = 120_000;

/** What the stream has said, by topic, and who wants to know. */
export class StateStore {
  readonly #states = new Map<string, TopicState>();
  readonly #wanted = new Map<string, { readonly listeners: Set<() => void>; leftAt: number }>();
  /** Called when other topics are wanted than before. */
  onWanted: () => void = () => undefined;
  /** How far the service's clock is ahead of this machine's, ms. */
  aheadMs = 0;

  /** Topics that something on the page wants, sorted. */
  wanted(): readonly string[] {
    return [...this.#wanted].flatMap(([name, { listeners }]) => (listeners.size > 0 ? [name] : [])).sort();
  }

  state(topic: string): TopicState {
    return this.#states.get(topic) ?? unknown;
  }

  /** `listener` is called after each change of a topic; gives how to leave. */
  listen(topic: string, listener: () => void): () => void {
    const want = this.#wanted.get(topic) ?? { listeners: new Set(), leftAt: 0 };
    this.#wanted.set(topic, want);
    want.listeners.add(listener);
    if (want.listeners.size === 1) this.onWanted();
    return () => {
      want.listeners.delete(listener);
      if (want.listeners.size > 0) return;
      want.leftAt = performance.now();
      this.onWanted();
    };
  }

  apply({ atMs, topics }: StreamEvent): void {
    this.aheadMs = atMs - Date.now();
    for (const [topic, change] of Object.entries(topics)) {
      this.#states.set(topic, changed(this.state(topic), change));
      for (const listener of this.#wanted.get(topic)?.listeners ?? []) listener();
    }
    for (const [topic, { listeners, leftAt }] of this.#wanted)
      if (listeners.size === 0 && performance.now() - leftAt > keptMs) {
        this.#wanted.delete(topic);
        this.#states.delete(topic);
      }
  }
}

function changed(state: TopicState, { whole, put = {}, remove = [], cut = 0, error }: TopicChange): TopicState {
  if (error !== undefined) return { ...state, known: true, error };
  const rows = new Map(whole === true ? [] : state.rows);
  for (const [key, row] of Object.entries(put)) rows.set(key, row);
  for (const key of remove) rows.delete(key);
  return { rows, known: true, cut };
}

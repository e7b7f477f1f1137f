import { changedTopic, unknownTopic, type TopicState } from '../../api/state/topic-state.ts';
import type { StreamEvent } from '../../model/dashboard/stream.ts';

/** What nobody looks at is kept for so long, ms, so that going back to a page shows something at once. */
const keptMs = 120_000;

/** What the stream has said, by topic, and who wants to know. */
export class StateStore {
  readonly #states = new Map<string, TopicState>();
  readonly #wanted = new Map<string, { readonly listeners: Set<() => void>; leftAt: number }>();
  readonly #watchers = new Set<() => void>();
  /** Called when other topics are wanted than before. */
  onWanted: () => void = () => undefined;
  /** How far the service's clock is ahead of this machine's, ms. */
  aheadMs = 0;

  /** Topics that something on the page wants, sorted. */
  wanted(): readonly string[] {
    return [...this.#wanted].flatMap(([name, { listeners }]) => (listeners.size > 0 ? [name] : [])).sort();
  }

  state(topic: string): TopicState {
    return this.#states.get(topic) ?? unknownTopic;
  }

  /** Hosts that did not answer of anything that is wanted, sorted. Joined, so that the same is the same. */
  silentHosts(): string {
    const names = new Set(this.wanted().flatMap((topic) => this.state(topic).silentHosts));
    return [...names].sort().join(', ');
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

  /** `watcher` is called after each event, whatever it is of; gives how to leave. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  apply({ atMs, topics }: StreamEvent): void {
    this.aheadMs = atMs - Date.now();
    for (const [topic, change] of Object.entries(topics)) {
      this.#states.set(topic, changedTopic(this.state(topic), change));
      for (const listener of this.#wanted.get(topic)?.listeners ?? []) listener();
    }
    for (const listener of this.#watchers) listener();
    for (const [topic, { listeners, leftAt }] of this.#wanted)
      if (listeners.size === 0 && performance.now() - leftAt > keptMs) {
        this.#wanted.delete(topic);
        this.#states.delete(topic);
      }
  }
}

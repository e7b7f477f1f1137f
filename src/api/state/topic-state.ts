import type { TopicChange } from '../../model/dashboard/stream.ts';

/** What a stream of state has said of one topic. A new object after each change. */
export interface TopicState {
  /** Rows by their keys, as the service's topic has them. */
  readonly rows: ReadonlyMap<string, object>;
  /** Whether the service has said anything of it yet. */
  readonly known: boolean;
  /** So many more rows there are than are shown. */
  readonly cut: number;
  /** Hosts of a cluster that did not answer: what they have is missing. */
  readonly silentHosts: readonly string[];
  /** Why the service cannot say. */
  readonly error?: string;
}

/** A topic of which nothing was said yet. */
export const unknownTopic: TopicState = { rows: new Map(), known: false, cut: 0, silentHosts: [] };

/** What a change makes of a topic's state. */
export function changedTopic(state: TopicState, change: TopicChange): TopicState {
  const { whole = false, put = {}, remove = [], cut = 0, silentHosts = [], error } = change;
  if (error !== undefined) return { ...state, known: true, error };
  const rows = new Map(whole ? [] : state.rows);
  for (const [key, row] of Object.entries(put)) rows.set(key, row);
  for (const key of remove) rows.delete(key);
  return { rows, known: true, cut, silentHosts: whole ? silentHosts : state.silentHosts };
}

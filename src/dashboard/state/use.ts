import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { TopicState } from '../../api/state/topic-state.ts';
import type { ServiceRow } from '../../model/dashboard/service.ts';
import { ask, type Asked, type Session } from './session.ts';
import type { Connection } from './stream.ts';
import type { StateStore } from './store.ts';

/** What every part of the page can ask for. */
export interface Shared {
  readonly session: Session;
  readonly store: StateStore;
  readonly connection: Connection;
}

export const SharedContext: React.Context<Shared | undefined> = createContext<Shared | undefined>(undefined);

/** What is shared by all of the page that is behind the sign-in. */
export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === undefined) throw new Error('This is only there behind the sign-in.');
  return shared;
}

/** A topic whose rows are known to be of one kind. */
export interface Rows<Row extends object> extends TopicState {
  readonly rows: ReadonlyMap<string, Row>;
}

/**
 * A topic of the stream, for as long as the component is there. `Row` is the type that the topic's file on the service names; `argument` is what the topic is to be about, as it is
 * (`useTopic<LogRow>('logs', 'hello')`).
 */
export function useTopic<Row extends object>(name: string, argument = ''): Rows<Row> {
  const { store } = useShared();
  const topic = argument === '' ? name : `${name}:${encodeURIComponent(argument)}`;
  const listen = useCallback((listener: () => void) => store.listen(topic, listener), [store, topic]);
  const state = useSyncExternalStore(listen, () => store.state(topic));
  // The service's own topic makes its rows of this type, in the same release.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return state as Rows<Row>;
}

/** What the service says of itself; undefined until it has. */
export function useService(): ServiceRow | undefined {
  return useTopic<ServiceRow>('service').rows.get('service');
}

/** Names of hosts that did not answer of something that is shown, for people; '' where all have. */
export function useSilentHosts(): string {
  const { store } = useShared();
  const watch = useCallback((watcher: () => void) => store.watch(watcher), [store]);
  return useSyncExternalStore(watch, () => store.silentHosts());
}

/** How to ask the service for something, as who has signed in. Throws ServiceError. */
export function useAsk(): (asked: Asked) => Promise<Response> {
  const { session } = useShared();
  return (asked) => ask(session, asked);
}

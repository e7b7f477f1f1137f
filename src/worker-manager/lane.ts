import type { ContainerInvocation } from '../instance/guest.ts';
import type { ThreadWatcher } from '../model/invocation.ts';

/** What a container is told of who watches a thread. */
export function laneOf(watcher: ThreadWatcher): ContainerInvocation['thread'] & object {
  return { onLane: (lane) => watcher.placed(lane), onMessage: (data) => watcher.received(data) };
}

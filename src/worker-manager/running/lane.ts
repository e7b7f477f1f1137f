import type { ContainerInvocation } from '../../instance/guest.ts';
import type { ThreadWatcher } from '../../model/invocation.ts';

/** What a container is told of who watches a thread. `renew`: the time-out counts from now. */
export function laneOf(watcher: ThreadWatcher, renew: () => void): ContainerInvocation['thread'] & object {
  return { onLane: (lane) => watcher.placed({ ...lane, renew }), onMessage: (data) => watcher.received(data) };
}

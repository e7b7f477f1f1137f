import type { ContainerInvocation } from '../../instance/guest.ts';
import type { ThreadWatcher } from '../../model/invocations/invocation.ts';
import type { ActiveContainer } from '../active-pool/state.ts';

/** What a container is told of who watches a thread. `renew`: the time-out counts from now. */
export function laneOf(
  watcher: ThreadWatcher,
  { guest, instance }: ActiveContainer,
  renew: () => void,
): ContainerInvocation['thread'] & object {
  return {
    onLane: (lane) =>
      watcher.placed({
        ...lane,
        renew,
        at: { instanceId: instance.guest.id, containerId: guest.id },
        caller: guest.caller,
        paused: () => instance.paused?.to !== undefined,
      }),
    onMessage: (data) => watcher.received(data),
  };
}

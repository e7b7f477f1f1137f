import type { ActiveContainer } from '../active-pool/state.ts';

/** A run begins in a container: what its code calls from now on is this run's. */
export function beginCalls(container: ActiveContainer): void {
  const { caller } = container.guest;
  if (caller === undefined) return;
  caller.place = container;
  caller.begin();
}

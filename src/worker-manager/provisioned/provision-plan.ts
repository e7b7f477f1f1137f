import type { ProvisionedState } from '../contract.ts';

/** What is there of one code that should have containers kept ready. */
export interface ProvisionView<Container> {
  readonly wanted: number;
  /** Containers that are being initialised. */
  readonly making: number;
  /** So many may be at once. */
  readonly makingMax: number;
  /** Initialised ones, those in use included. */
  readonly containers: readonly { readonly container: Container; readonly idle: boolean }[];
}

export interface ProvisionPlan<Container> {
  /** So many more are to be begun. */
  readonly make: number;
  /** Too many: like any others from now on. Those that are idle first. */
  readonly demote: readonly Container[];
}

/** Decides what is missing of what should be kept ready, and what is too much. */
export function provisionPlan<C>({ wanted, making, makingMax, containers }: ProvisionView<C>): ProvisionPlan<C> {
  const lacking = wanted - containers.length - making;
  const surplus = containers
    .toSorted((a, b) => Number(b.idle) - Number(a.idle))
    .slice(0, Math.max(0, containers.length - wanted));
  return {
    make: Math.max(0, Math.min(lacking, makingMax - making)),
    demote: surplus.map(({ container }) => container),
  };
}

/** What there is to say of it. `failure`: why the last one that was begun did not come, where none has since. */
export function provisionedState(requested: number, ready: number, failure: string | undefined): ProvisionedState {
  const available = Math.min(requested, ready);
  if (available === requested) return { requested, available, status: 'READY' };
  if (failure === undefined) return { requested, available, status: 'IN_PROGRESS' };
  return { requested, available, status: 'FAILED', why: failure };
}

import type { Clock } from '../../model/clock.ts';
import { ceilingOf, type FunctionVersion } from '../../model/functions/function.ts';
import type { Invocation } from '../../model/invocations/invocation.ts';
import { shortName } from '../../model/short-name.ts';
import type { HostLoad, Outlook } from '../../worker-manager/contract.ts';
import { CallMemory } from './call-memory.ts';
import type { Placing, SentCall } from './cluster-worker-manager.ts';
import { decide, refusedFrom, type Decision, type PlacementWord } from './decide.ts';
import type { HostState } from './summary/summary.ts';
import { type PlacementView, freshMs } from './view/placement-view.ts';
import type { HostView } from './view/host-view.ts';

/** Below this load, in processors wanted for each, a host never has too much to do (`allowedLoad`). */
const lightLoad = 0.5;

/** What decides needs. */
export interface CallPlacerOptions {
  readonly view: PlacementView;
  readonly outlook: Outlook;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Something has come or gone that others should hear of soon. */
  readonly changed: () => void;
}

/** Asks `decide.ts` with what is known of all hosts, and keeps count of what was sent where. */
export class CallPlacer implements Placing {
  /** How often calls were placed how, for metrics. */
  readonly counts: Map<PlacementWord | 'fell-back', number> = new Map();
  readonly #o: CallPlacerOptions;
  readonly #memory = new CallMemory();

  constructor(options: CallPlacerOptions) {
    this.#o = options;
  }

  runsHere({ function: fn, ofService, tenantId }: Invocation): boolean {
    const { outlook, view } = this.#o;
    if (ofService === true || view.hosts.length === 1) return true;
    if (ceilingOf(fn) !== Infinity) return false;
    const { load } = outlook;
    if (!view.self.present || load.wanted >= lightLoad * load.processors || outlook.idleOf(fn, tenantId) === 0)
      return false;
    this.counted('reuse-here');
    return true;
  }

  decide({ function: fn, tenantId, watcher }: Invocation, refusedBy?: ReadonlySet<HostView>): Decision {
    const { changed, clock, outlook, random, view } = this.#o;
    const needs = outlook.needsOf(fn, tenantId);
    view.self.live(stateOf(outlook.load, true));
    const now = clock.now();
    const call = {
      ...needs,
      weight: this.#memory.weightOf(needs.code),
      thread: watcher !== undefined,
      idleHere: outlook.idleOf(fn, tenantId),
      blankHere: outlook.blankFor(fn, tenantId),
      ...(ceilingOf(fn) === Infinity ? {} : { together: shortName(`ceiling\0${fn.account}\0${fn.name}`) }),
      ...(refusedBy === undefined ? {} : { refusedBy }),
    };
    changed();
    return decide(call, view, (host) => now - host.heardAt <= freshMs, random);
  }

  sent({ function: fn, tenantId }: Invocation, { host, why }: Decision): SentCall {
    const needs = this.#o.outlook.needsOf(fn, tenantId);
    const weight = this.#memory.weightOf(needs.code);
    const over = host.began(needs.code, weight, why === 'reuse-there' ? undefined : needs);
    return {
      ended: (outcome) => {
        over();
        this.#memory.ended(needs.code, outcome);
      },
      failed: (gone) => {
        over();
        host.refused(needs.code);
        // Until it is heard again.
        if (gone) host.heardAt = Number.NEGATIVE_INFINITY;
      },
    };
  }

  loadMax({ host }: Decision): number {
    // One more than is known to be there; what this host has sent is in the mean.
    return Math.max(refusedFrom(this.#o.view.mean), (host.load + 1) / host.processors);
  }

  idleElsewhere(fn: FunctionVersion): number {
    const { clock, outlook, view } = this.#o;
    // Whose calls come next nobody knows where there are tenants.
    if (fn.tenancy !== undefined) return 0;
    const { code } = outlook.needsOf(fn);
    const now = clock.now();
    let idle = 0;
    for (const host of view.holders(code))
      if (host !== view.self && host.usable && now - host.heardAt <= freshMs) idle += host.idleOf(code);
    return idle;
  }

  /** Processors that threads which came here may be spread over: this host's, and what the others have to spare. */
  get processors(): number {
    const { clock, view } = this.#o;
    const now = clock.now();
    let sum = view.self.processors;
    for (const host of view.hosts)
      if (host !== view.self && host.usable && now - host.heardAt <= freshMs) sum += host.spare;
    return Math.floor(sum);
  }

  counted(word: PlacementWord | 'fell-back'): void {
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
  }
}

/** A host's own load as it is told. */
export function stateOf(load: HostLoad, takes: boolean): HostState {
  const { full, memoryFreeMb, memoryIdleMb, memoryMb, running, waiting, wanted } = load;
  return { takes, full, wanted, running, waiting, memoryMb, memoryFreeMb, memoryIdleMb };
}

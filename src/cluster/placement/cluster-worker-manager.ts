import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { PreparationAnswer, Expectation } from '../../model/preparations.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';
import type {
  CallsUse,
  InstanceMoves,
  ProvisionedKey,
  ProvisionedPart,
  ProvisionedState,
  Readiness,
  WorkerManager,
} from '../../worker-manager/contract.ts';
import type { LocalManager, RunElsewhere } from './contract.ts';
import type { Decision, PlacementWord } from './decide.ts';
import { isGone, mayRunAgain, watched } from './run-again.ts';
import type { HostView } from './view/host-view.ts';

/** After so many wrong guesses it runs here. */
const triesMax = 2;

/** What stands between the worker manager of this host and those of the others. */
export interface ClusterManagerParts {
  readonly local: LocalManager;
  readonly elsewhere: RunElsewhere;
  readonly placing: Placing;
  readonly provisioned: Pick<WorkerManager, 'provision' | 'provisioned' | 'removed'>;
  readonly moves: InstanceMoves | undefined;
  /** Where portions ran that did not run here. */
  readonly portions: PortionHosts;
}

/** Says where calls run, and is told what came of it. */
export interface Placing {
  /** Whether it runs here, without further thought. */
  runsHere(invocation: Invocation): boolean;
  decide(invocation: Invocation, refusedBy?: ReadonlySet<HostView>): Decision;
  /** It is sent to another host: gives what is to be called when it has ended there. */
  sent(invocation: Invocation, decision: Decision): SentCall;
  /** How much the host may have to do that it is still right there. */
  loadMax(decision: Decision): number;
  /** Idle containers of it on other hosts. */
  idleElsewhere(fn: FunctionVersion): number;
  counted(word: PlacementWord | 'fell-back'): void;
}

export interface SentCall {
  ended(outcome: InvocationOutcome): void;
  failed(gone: boolean): void;
}

/** Where portions of programs ran. */
export interface PortionHosts {
  ran(invocation: Invocation, host: HostView): void;
  ended(account: string, program: string, group: string | undefined): void;
}

/**
 * A worker manager of all hosts, around the one of this host: a call runs here, or on the host that has what it needs, by one hop. Another host that turns out not to have it is one wrong
 * guess; the call goes on to the next best, and then here, where it waits as it would without others. What follows from what is deployed, each host does for itself.
 */
export class ClusterWorkerManager implements WorkerManager {
  readonly moves?: InstanceMoves;
  readonly #p: ClusterManagerParts;

  constructor(parts: ClusterManagerParts) {
    this.#p = parts;
    if (parts.moves !== undefined) this.moves = parts.moves;
  }

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    const { local, placing } = this.#p;
    if (placing.runsHere(invocation)) return local.invoke(invocation, signal);
    const decision = placing.decide(invocation);
    placing.counted(decision.why);
    if (decision.why.endsWith('-here')) return local.invoke(invocation, signal);
    const outcome = this.#there(invocation, signal, decision);
    if (invocation.calledBy !== undefined) local.calledElsewhere(invocation.calledBy, invocation, outcome);
    return outcome;
  }

  async #there(invocation: Invocation, signal: AbortSignal, first: Decision): Promise<InvocationOutcome> {
    const { local, placing } = this.#p;
    const refusedBy = new Set<HostView>();
    let decision = first;
    for (let tries = 1; ; tries += 1) {
      const result = await this.#try(invocation, signal, decision);
      if (result.outcome !== undefined) return result.outcome;
      signal.throwIfAborted();
      placing.counted('fell-back');
      refusedBy.add(decision.host);
      if (tries < triesMax) {
        decision = placing.decide(invocation, refusedBy);
        if (decision.why.endsWith('-there')) continue;
      }
      // Who calls it has been noted already.
      const { calledBy: _, ...here } = invocation;
      return local.invoke(here, signal);
    }
  }

  /** Its outcome; without one it may run elsewhere. */
  async #try(
    asked: Invocation,
    signal: AbortSignal,
    decision: Decision,
  ): Promise<{ readonly outcome?: InvocationOutcome }> {
    const { elsewhere, placing, portions } = this.#p;
    const { invocation, placed } = watched({ ...asked, loadMax: placing.loadMax(decision) });
    const sent = placing.sent(invocation, decision);
    portions.ran(invocation, decision.host);
    try {
      const outcome = await elsewhere.invoke(decision.host.id, invocation, signal);
      sent.ended(outcome);
      return { outcome };
    } catch (error) {
      sent.failed(isGone(error));
      if (placed() || !mayRunAgain(error, invocation)) throw error;
      return {};
    }
  }

  /** Containers are prepared here, unless others have idle ones: whoever gets the calls knows of both. */
  prepare(expectation: Expectation): PreparationAnswer {
    const { local, placing } = this.#p;
    const there = Math.min(expectation.count, placing.idleElsewhere(expectation.function));
    if (there === 0) return local.prepare(expectation);
    if (there === expectation.count) return { taken: there, ready: there, refused: [] };
    const here = local.prepare({ ...expectation, count: expectation.count - there });
    return { taken: here.taken + there, ready: here.ready + there, refused: here.refused };
  }

  provision(key: ProvisionedKey, parts: readonly ProvisionedPart[]): void {
    this.#p.provisioned.provision(key, parts);
  }

  provisioned(key: ProvisionedKey): ProvisionedState | undefined {
    return this.#p.provisioned.provisioned(key);
  }

  portionsEnded(account: string, program: string, group?: string): void {
    this.#p.local.portionsEnded(account, program, group);
    this.#p.portions.ended(account, program, group);
  }

  readiness(fn: FunctionVersion): Readiness {
    const here = this.#p.local.readiness(fn);
    if (here.ready || this.#p.placing.idleElsewhere(fn) === 0) return here;
    const { blanks, making } = here;
    return { ready: true, path: 'reused-container', blanks, making };
  }

  reserve(account: string, functionName: string, concurrency: number | undefined): void {
    this.#p.local.reserve(account, functionName, concurrency);
  }

  refusal(fn: FunctionVersion): Promise<Error | undefined> {
    return this.#p.local.refusal(fn);
  }

  useOf(account: string): CallsUse {
    return this.#p.local.useOf(account);
  }

  limitsChanged(account: string): void {
    this.#p.local.limitsChanged(account);
  }

  retire(account: string, functionName: string, keepRevisionId: string, version?: string): void {
    this.#p.local.retire(account, functionName, keepRevisionId, version);
  }

  removed(account: string, functionName: string, version?: string): void {
    this.#p.provisioned.removed(account, functionName, version);
    this.#p.local.removed(account, functionName, version);
  }

  snapshot(): ServiceSnapshot {
    return this.#p.local.snapshot();
  }

  stop(deadlineMs: number): Promise<void> {
    return this.#p.local.stop(deadlineMs);
  }
}

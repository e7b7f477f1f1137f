import { setTimeout as wait } from 'node:timers/promises';
import type { FrontendOptions } from '../frontend/context.ts';
import type { EndedNodes } from '../image/node/ended-nodes.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { CompiledPython } from './calls/compiled-python.ts';
import type { WhyMissing } from './instances/missing-runtimes.ts';
import type { Workers } from './calls/workers.ts';

/** A new function is `Pending` until its first invocation would start at once, but no longer than this, ms. */
const pendingMsMax = 5_000;

/** What a deployment waits for its modules to be compiled, ms. */
const compileMsMax = 4_000;

/** What {@link deployments} works with. */
export interface DeploymentParts {
  readonly why: WhyMissing;
  readonly compiled: CompiledPython;
  /** What the Node of an ended runtime is to run is held back until that was fetched. */
  readonly nodes: EndedNodes;
  /** Told of versions that may be called. */
  readonly prediction: { readonly deployed: (version: FunctionVersion) => void };
  /** Fires when the service stops. */
  readonly stopping: AbortSignal;
}

/** What the frontend does with versions that may be called from now on. */
export function deployments(
  { known, manager, warming }: Workers,
  { why, compiled, nodes, prediction, stopping }: DeploymentParts,
): Pick<FrontendOptions, 'isReady' | 'deployed' | 'prepare'> {
  const fetched = (version: FunctionVersion, then: () => void): void => {
    // Whoever prepares it is told why it could not be had.
    void nodes.ensure(version.runtime).then(then, () => undefined);
  };
  return {
    isReady: (version) => nodes.has(version.runtime) && !compiled.awaits(version) && manager.readiness(version).ready,
    deployed: (version) => {
      prediction.deployed(version);
      if (why(version.runtime) !== undefined) return;
      // Its code goes to instances when it is what it will be.
      if (compiled.awaits(version)) known.deployed(version);
      else if (!nodes.has(version.runtime)) fetched(version, () => manager.deployed(version));
      else manager.deployed(version);
    },
    prepare: async (version) => {
      const reason = why(version.runtime);
      if (reason !== undefined) {
        known.removed(version.account, version.name, version.version);
        throw new Error(reason);
      }
      await nodes.ensure(version.runtime);
      if (!warming.keepsAny) return;
      if (compiled.awaits(version)) {
        await inTime(compiled.keep(version, manager, stopping), compileMsMax);
        manager.deployed(version);
      }
      await manager.untilReady(version, pendingMsMax);
    },
  };
}

/** Waits for it, but no longer than that: it goes on. */
async function inTime(work: Promise<void>, msMax: number): Promise<void> {
  const late = new AbortController();
  const time = wait(msMax, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([work, time]);
  late.abort();
}

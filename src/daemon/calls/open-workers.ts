import { join } from 'node:path';
import { UsageRecorder } from '../../frontend/accounts/usage-recorder.ts';
import type { FrontendOptions } from '../../frontend/context.ts';
import { createMetrics } from '../../frontend/metrics/metrics.ts';
import type { PolicyBook } from '../../frontend/policies/policy-book.ts';
import { systemClock } from '../../model/clock.ts';
import type { Prediction } from '../../prediction/prediction.ts';
import type { SharedRates } from '../../frontend/accounts/account-gate.ts';
import type { ClusteredService } from '../cluster/clustered-service.ts';
import type { Instances } from '../instances/open-instances.ts';
import { openEgress, type Outside } from '../egress.ts';
import type { Opening } from '../opening.ts';
import type { State } from '../state.ts';
import type { OpenedTraces } from '../traces.ts';
import { callLimitsOf } from './call-limits.ts';
import { CompiledPython } from './compiled-python.ts';
import { withLayers } from './layers.ts';
import { observing } from './observing.ts';
import { openPrediction } from './prediction.ts';
import { keepUses } from './uses.ts';
import { createWorkers, type Workers } from './workers.ts';

/** What workers are opened with. */
export interface WorkersParts {
  readonly state: State;
  readonly policies: PolicyBook;
  readonly instances: Instances;
  readonly traces: OpenedTraces;
  /** Absent where there is one host only. */
  readonly cluster: ClusteredService | undefined;
}

/** What runs on this machine, what leaves it from there, and what is learned of it. */
export interface OpenedWorkers {
  readonly workers: Workers;
  readonly compiled: CompiledPython;
  readonly outside: Outside;
  readonly prediction: Prediction;
  readonly usage: UsageRecorder;
  /** Of accounts, over all hosts; absent where there is one only. */
  readonly rates: SharedRates | undefined;
  readonly toFrontend: Pick<
    FrontendOptions,
    | 'activity'
    | 'auxiliaries'
    | 'concurrencyMaxOf'
    | 'dashboard'
    | 'egressTotals'
    | 'metrics'
    | 'prediction'
    | 'secrets'
    | 'usage'
  >;
}

/** Opens the pools of instances and their manager, with whom they tell and whom they ask. */
export async function openWorkers(
  { settings, logger, undo }: Opening,
  { state, policies, instances, traces, cluster }: WorkersParts,
): Promise<OpenedWorkers> {
  const { store, codeStore, logs, usageStore } = state;
  const { driver, kind, why, start } = instances;
  // What it asks of the manager, it asks when containers are there.
  const prediction = openPrediction(settings, { store, manager: () => workers.manager, policies, why, logger }, undo);
  const outside = openEgress(settings, state, logger, (fn) => prediction.callerOf(fn));
  const egressTotals: OpenedWorkers['toFrontend']['egressTotals'] = () => outside.egress.counts.totals();
  const usage = undo.use(new UsageRecorder({ store: usageStore, clock: systemClock, logger, egressTotals }));
  const told = { metrics: createMetrics(driver.name), logs, logger, usage, more: traces.observers };
  const { observer, observed } = observing(settings, told);
  const limits = cluster?.openLimits(store, undo);
  const callLimits = callLimitsOf(store, settings, limits?.shared);
  const compiled = new CompiledPython({ codeStore, clock: systemClock, logger });
  const source = withLayers(compiled.source, codeStore);
  const watchers = { observer, egress: outside.egress, comes: prediction.comes, ...callLimits };
  const workers = createWorkers(settings, kind, driver.capabilities, start, source, watchers);
  undo.use(await keepUses(workers.known, join(settings.home, 'uses.json'), logger));
  undo.defer(() => workers.manager.stop(settings.stopMs));
  const { concurrencyMaxOf } = callLimits;
  const toFrontend = { ...observed, ...outside.toFrontend, prediction, usage, egressTotals, concurrencyMaxOf };
  return { workers, compiled, outside, prediction, usage, rates: limits?.rates, toFrontend };
}

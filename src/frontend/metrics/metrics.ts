import type { FunctionVersion } from '../../model/functions/function.ts';
import { coldReasons } from '../../model/invocations/invocation.ts';
import type { EgressTotals } from '../../model/network.ts';
import type { Usage } from '../../model/accounts/usage.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';
import { egressText } from './egress.ts';
import { LabelBound } from './label-bound.ts';
import { asOpenMetrics, openMetricsContentType, textContentType, wantsOpenMetrics } from './open-metrics.ts';
import { poolsText } from './pools.ts';
import { refusalReason, refusalReasons } from './refusals.ts';
import { StartSamples } from './start-samples.ts';
import { usageText } from './usage.ts';
import { Counter, Histogram } from './tallies.ts';

interface Pools {
  snapshot(): ServiceSnapshot;
}

interface Used {
  totals(): ReadonlyMap<string, Usage>;
}

/** What the service counts and measures. Give it to the worker manager as its observer, and to the frontend to show. */
export interface ServiceMetrics extends WorkerObserver {
  /** The newest start times by path. */
  readonly starts: StartSamples;
  /** Adds the gauges of pools and queue, what functions connected to, what accounts used, and what else there is, read when somebody asks. */
  watch(pools: Pools, usage: Used, egress?: () => readonly EgressTotals[], more?: () => Promise<string>): void;
  /** A request that was refused before anything was done for it, because the service was behind. */
  shed(): void;
  /** Everything, in the format that an `Accept` header asks for: OpenMetrics, or Prometheus' text format. */
  shown(accept?: string): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Fine below 15 ms, where our goals are, and with a boundary at the promise itself (100 ms). Seconds. */
const startBounds = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10];
/** An instance of a sandbox takes half a second, an emulated machine that is booted half a minute. Seconds. */
const bootBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const durationBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900];
/** Memory of functions is told as the smallest of these that holds it: a metric must not grow with what users deploy. MB. */
const memoryBounds = [128, 256, 512, 1_024, 2_048, 4_096, 10_240];

/** Function names are no labels, for the same reason. */
export function createMetrics(driver: string): ServiceMetrics {
  const starts = new StartSamples();
  const start = new Histogram(
    'heddle_start_seconds',
    'From receiving a request to the first line of user code.',
    startBounds,
    ...['path', 'driver', 'runtime', 'memory_mb'],
  );
  const cold = new Counter('heddle_cold_starts_total', 'Invocations that waited for a boot, by reason.', 'reason');
  const duration = new Histogram(
    'heddle_invocation_duration_seconds',
    'From the first line of user code to the answer.',
    durationBounds,
  );
  const invocations = new Counter('heddle_invocations_total', 'Invocations that ended, by outcome.', 'outcome');
  const streamed = new Counter(
    'heddle_streamed_bytes_total',
    'Bytes of answers that were passed on while they were made.',
  );
  const refusals = new Counter('heddle_refusals_total', 'Invocations that had no outcome, by reason.', 'reason');
  const failures = new Counter(
    'heddle_instance_failures_total',
    'Instances that did not start, or died early.',
    'kind',
  );
  const instanceStart = new Histogram(
    'heddle_instance_start_seconds',
    'How long an instance took until it was ready.',
    bootBounds,
    ...['configuration', 'driver'],
  );
  const instanceEnd = new Counter(
    'heddle_instances_ended_total',
    'Instances that ended.',
    ...['configuration', 'expected'],
  );
  streamed.addMany(0);
  beginAtNothing(cold, coldReasons);
  beginAtNothing(invocations, ['ok', 'function-error']);
  beginAtNothing(refusals, refusalReasons);
  beginAtNothing(failures, ['start', 'died']);
  const all = [start, cold, duration, invocations, streamed, refusals, failures, instanceStart, instanceEnd];
  const [accountsShown, functionsShown] = [new LabelBound(), new LabelBound()];
  let watched: Pools | undefined;
  let usage: Used | undefined;
  let egress: (() => readonly EgressTotals[]) | undefined;
  let more: (() => Promise<string>) | undefined;

  return {
    starts,
    async shown(accept) {
      // Loaded for the first who asks: what it watches costs something from then on.
      const { processText } = await import('./process-metrics.ts');
      const pools = watched === undefined ? [] : [poolsText(watched.snapshot())];
      const connections = egress === undefined ? [] : [egressText(egress(), functionsShown)];
      const used = usage === undefined ? [] : [usageText(usage.totals(), accountsShown)];
      const others = more === undefined ? [] : [await more()];
      const counted = all.map((metric) => metric.text());
      const text = [await processText(), ...counted, ...pools, ...used, ...connections, ...others].join('\n');
      return formatted(text, accept);
    },
    watch: (...read) => ([watched, usage, egress, more] = read),
    invoked({ runtime, memoryMb }: FunctionVersion, _requestId, outcome) {
      const { startPath, startMs, durationMs, result } = outcome;
      starts.add(startPath, startMs);
      start.observe(startMs / 1_000, startPath, driver, runtime, memoryLabel(memoryMb));
      if (startPath === 'cold-instance') cold.add(outcome.coldReason ?? 'unknown');
      duration.observe(durationMs / 1_000);
      invocations.add(result.ok ? 'ok' : 'function-error');
    },
    streamed: (bytes) => streamed.addMany(bytes),
    shed: () => refusals.add('overload'),
    refused: (_fn, _requestId, error) => refusals.add(refusalReason(error)),
    instanceStarted: (configuration, tookMs) => instanceStart.observe(tookMs / 1_000, configuration, driver),
    instanceEnded(configuration, _detail, expected) {
      instanceEnd.add(configuration, String(expected));
      if (!expected) failures.add('died');
    },
    instanceFailed: () => failures.add('start'),
  };
}

function formatted(text: string, accept: string | undefined): { readonly contentType: string; readonly text: string } {
  if (!wantsOpenMetrics(accept)) return { contentType: textContentType, text };
  return { contentType: openMetricsContentType, text: asOpenMetrics(text) };
}

/** Of what is not there no rate can be told: it is there before the first. */
function beginAtNothing(counter: Counter, values: readonly string[]): void {
  for (const value of values) counter.addMany(0, value);
}

function memoryLabel(memoryMb: number): string {
  return String(memoryBounds.find((boundMb) => memoryMb <= boundMb) ?? 'more');
}

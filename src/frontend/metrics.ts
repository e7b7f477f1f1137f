import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import type { WorkerObserver } from '../worker-manager/contract.ts';
import type { StartPath } from '../model/start-path.ts';
import { Batch } from './batch.ts';
import { StartSamples } from './start-samples.ts';

/** What the service counts and measures. Give it to the worker manager as its observer, and to the frontend to show. */
export interface ServiceMetrics extends WorkerObserver {
  /** The newest start times by path. */
  readonly starts: StartSamples;
  /** Adds the gauges of pools and queue, read when somebody asks. */
  watch(snapshot: () => ServiceSnapshot): void;
  /** Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Fine below 15 ms, where our goals are, and with a boundary at the promise itself (100 ms). */
const startBuckets = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10];
const durationBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900];

/** What is counted of an invocation that ended. */
interface Ended {
  readonly path: StartPath;
  readonly startMs: number;
  readonly durationMs: number;
  readonly ok: boolean;
}

/** Function names are no labels: a metric must not grow with what users deploy. */
export function createMetrics(driver: string): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  const starts = new StartSamples();
  collectDefaultMetrics({ register: registry });

  const start = new Histogram({
    name: 'heddle_start_seconds',
    help: 'From receiving a request to the first line of user code.',
    labelNames: ['path', 'driver'],
    buckets: startBuckets,
    registers,
  });
  const duration = new Histogram({
    name: 'heddle_invocation_duration_seconds',
    help: 'From the first line of user code to the answer.',
    buckets: durationBuckets,
    registers,
  });
  const invocations = new Counter({
    name: 'heddle_invocations_total',
    help: 'Invocations that ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'heddle_failures_total',
    help: 'What went wrong in the service itself, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const instanceStart = new Histogram({
    name: 'heddle_instance_start_seconds',
    help: 'How long an instance took until it was ready.',
    labelNames: ['configuration', 'driver'],
    buckets: startBuckets,
    registers,
  });
  const instanceEnd = new Counter({
    name: 'heddle_instances_ended_total',
    help: 'Instances that ended.',
    labelNames: ['configuration', 'expected'],
    registers,
  });

  // Counted together, now and then: one by one, in the midst of a request, it costs that request several microseconds.
  const uncounted = new Batch<Ended>(256, ({ path, startMs, durationMs, ok }) => {
    start.observe({ path, driver }, startMs / 1_000);
    duration.observe(durationMs / 1_000);
    invocations.inc({ outcome: ok ? 'ok' : 'function-error' });
  });

  return {
    starts,
    contentType: registry.contentType,
    text() {
      uncounted.flush();
      return registry.metrics();
    },
    watch: (snapshot) => watchPools(registry, snapshot),
    invoked(_fn, _requestId, outcome) {
      starts.add(outcome.startPath, outcome.startMs);
      const { startPath: path, startMs, durationMs, result } = outcome;
      uncounted.add({ path, startMs, durationMs, ok: result.ok });
    },
    refused: (_fn, _requestId, error) => failures.inc({ kind: error.name }),
    instanceStarted: (configuration, tookMs) => instanceStart.observe({ configuration, driver }, tookMs / 1_000),
    instanceEnded(configuration, _detail, expected) {
      instanceEnd.inc({ configuration, expected: String(expected) });
      if (!expected) failures.inc({ kind: 'instance-died' });
    },
    instanceFailed: () => failures.inc({ kind: 'instance-start' }),
  };
}

function watchPools(registry: Registry, snapshot: () => ServiceSnapshot): void {
  const gauge = (name: string, help: string, labelNames: readonly string[], fill: (gauge: Gauge) => void): void => {
    const made = new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        fill(made);
      },
    });
  };
  gauge('heddle_warming_instances', 'Instances in the warming pool.', ['configuration', 'state'], (warming) => {
    for (const pool of snapshot().warming)
      for (const state of ['ready', 'starting', 'target'] as const)
        warming.set({ configuration: pool.configuration, state }, pool[state]);
  });
  gauge('heddle_instances', 'Instances.', ['state'], (instances) => {
    for (const { state } of snapshot().instances) instances.inc({ state });
  });
  gauge('heddle_containers', 'Containers.', ['state'], (containers) => {
    for (const instance of snapshot().instances) for (const { state } of instance.containers) containers.inc({ state });
  });
  gauge('heddle_queue_length', 'Requests that wait for capacity.', [], (queue) => queue.set(snapshot().queue.length));
}

import { Registry, collectDefaultMetrics } from 'prom-client';

const registry = new Registry();
collectDefaultMetrics({ register: registry });
// Gauges that are named as counters are; what they say is also in metrics by type.
for (const name of ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'])
  registry.removeSingleMetric(name);

/** What is usually told of a Node process: processor time, memory, event loop, garbage collection. Prometheus' text format. */
export function processText(): Promise<string> {
  return registry.metrics();
}

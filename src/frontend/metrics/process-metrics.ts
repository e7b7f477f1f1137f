import { Registry, collectDefaultMetrics } from 'prom-client';

const registry = new Registry();
collectDefaultMetrics({ register: registry });

/** What is usually told of a Node process: processor time, memory, event loop, garbage collection. Prometheus' text format. */
export function processText(): Promise<string> {
  return registry.metrics();
}

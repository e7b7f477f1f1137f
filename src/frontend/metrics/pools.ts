import type { ServiceSnapshot } from '../../model/snapshot.ts';
import { gaugeText } from './tallies.ts';

/** The gauges of pools and queue, in Prometheus' text format. */
export function poolsText({ warming, instances, queue }: ServiceSnapshot): string {
  const warmingValues = warming.flatMap((pool) =>
    (['ready', 'starting', 'target'] as const).map((state) => [[pool.configuration, state], pool[state]] as const),
  );
  const containers = instances.flatMap((instance) => instance.containers);
  return [
    gaugeText('heddle_warming_instances', 'Instances in the warming pool.', ['configuration', 'state'], warmingValues),
    gaugeText('heddle_instances', 'Instances.', ['state'], countedByState(instances)),
    gaugeText('heddle_containers', 'Containers.', ['state'], countedByState(containers)),
    gaugeText('heddle_queue_length', 'Requests that wait for capacity.', [], [[[], queue.length]]),
  ].join('\n');
}

function countedByState(all: readonly { readonly state: string }[]): [string[], number][] {
  const counts = new Map<string, number>();
  for (const { state } of all) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Array.from(counts, ([state, count]) => [[state], count]);
}

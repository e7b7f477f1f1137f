import { preparationReasons } from '../../model/preparations.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';
import { valuesText } from '../../model/metrics-text.ts';

/** The gauges of pools and queue, in Prometheus' text format. */
export function poolsText({ warming, instances, queue, preparations }: ServiceSnapshot): string {
  const warmingValues = warming.flatMap((pool) =>
    (['ready', 'starting', 'target'] as const).map((state) => [[pool.configuration, state], pool[state]] as const),
  );
  const containers = instances.flatMap((instance) => instance.containers);
  return [
    valuesText(
      'gauge',
      'heddle_warming_instances',
      'Instances in the warming pool.',
      ['configuration', 'state'],
      warmingValues,
    ),
    valuesText('gauge', 'heddle_instances', 'Instances.', ['state'], countedByState(instances)),
    valuesText('gauge', 'heddle_containers', 'Containers.', ['state'], countedByState(containers)),
    valuesText(
      'gauge',
      'heddle_prepared_containers',
      'Containers of functions that are there that were prepared before their call came, and what became of them.',
      ['reason', 'became'],
      preparedValues(preparations),
    ),
    valuesText('gauge', 'heddle_queue_length', 'Requests that wait for capacity.', [], [[[], queue.length]]),
  ].join('\n');
}

function preparedValues(all: ServiceSnapshot['preparations']): [string[], number][] {
  return preparationReasons.flatMap((reason) => {
    const own = all.filter((one) => one.reason === reason);
    return (['prepared', 'used', 'wasted'] as const).map((became): [string[], number] => [
      [reason, became],
      own.reduce((sum, one) => sum + one[became], 0),
    ]);
  });
}

function countedByState(all: readonly { readonly state: string }[]): [string[], number][] {
  const counts = new Map<string, number>();
  for (const { state } of all) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Array.from(counts, ([state, count]) => [[state], count]);
}

import { preparationReasons } from '../../model/preparations.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';
import { valuesText } from '../../model/metrics-text.ts';

const instanceStates = ['warm', 'allocated', 'retiring', 'paused'] as const;
const containerStates = ['blank', 'starting', 'idle', 'running', 'retiring'] as const;
const mebibyte = 1_048_576;

/** The gauges of pools, memory and queue, in Prometheus' text format. */
export function poolsText({ warming, instances, memory, queue, preparations }: ServiceSnapshot): string {
  const warmingValues = warming.flatMap((pool) =>
    (['ready', 'starting'] as const).map((state) => [[pool.configuration, state], pool[state]] as const),
  );
  const containers = instances.flatMap((instance) => instance.containers);
  const became = (what: 'prepared' | 'used' | 'wasted', name: string, help: string): string =>
    valuesText('gauge', `heddle_prepared_containers${name}`, help, ['reason'], preparedValues(preparations, what));
  return [
    valuesText(
      'gauge',
      'heddle_warming_instances',
      'Instances in the warming pool.',
      ['configuration', 'state'],
      warmingValues,
    ),
    valuesText(
      'gauge',
      'heddle_warming_instances_target',
      'Instances that the warming pool should have.',
      ['configuration'],
      warming.map((pool) => [[pool.configuration], pool.target] as const),
    ),
    valuesText('gauge', 'heddle_instances', 'Instances.', ['state'], countedByState(instances, instanceStates)),
    valuesText('gauge', 'heddle_containers', 'Containers.', ['state'], countedByState(containers, containerStates)),
    became('prepared', '', 'Containers of functions that are there that were prepared before their call came.'),
    became('used', '_used', 'Of those, the ones that a call found.'),
    became('wasted', '_wasted', 'Of those, the ones that ended unused.'),
    ...(memory === undefined ? [] : [memoryText(memory)]),
    valuesText('gauge', 'heddle_queue_length', 'Requests that wait for capacity.', [], [[[], queue.length]]),
    valuesText('gauge', 'heddle_queue_length_max', 'Requests that may wait for capacity.', [], [[[], queue.max]]),
  ].join('\n');
}

function memoryText({ totalMb, freeMb, idleMb }: NonNullable<ServiceSnapshot['memory']>): string {
  const values = { used: totalMb - freeMb - idleMb, idle: idleMb, free: freeMb };
  return valuesText(
    'gauge',
    'heddle_memory_bytes',
    'Memory that instances may be given: in use, held by what is idle and would make room, and free.',
    ['state'],
    Object.entries(values).map(([state, mb]) => [[state], mb * mebibyte] as const),
  );
}

function preparedValues(
  all: ServiceSnapshot['preparations'],
  what: 'prepared' | 'used' | 'wasted',
): [string[], number][] {
  return preparationReasons.map((reason) => {
    const own = all.filter((one) => one.reason === reason);
    return [[reason], own.reduce((sum, one) => sum + one[what], 0)];
  });
}

/** Also where there is none of a state: what is 0 is not what is unknown. */
function countedByState<State extends string>(
  all: readonly { readonly state: State }[],
  states: readonly State[],
): [string[], number][] {
  return states.map((state) => [[state], all.filter((one) => one.state === state).length]);
}

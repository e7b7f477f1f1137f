import { startPaths } from '../../model/invocations/start-path.ts';
import type { Shape } from '../../sdk/shape.ts';
import type { Counted } from './counted.ts';
import { functionRows } from './function-rows.ts';
import type { Sample, Starts } from './sample.ts';

/** What there is to see, as numbers and words. Times in ms, rates a second. */
export interface Picture {
  readonly driver: string;
  readonly version: string;
  readonly region: string;
  readonly uptimeMs: number;
  /** Undefined where nothing older is known. */
  readonly callsPerSecond: number | undefined;
  readonly errorsPerSecond: number | undefined;
  readonly running: number;
  readonly queue: { readonly length: number; readonly max: number };
  readonly memory: { readonly totalMb: number; readonly freeMb: number; readonly idleMb: number } | undefined;
  readonly warming: readonly WarmingRow[];
  readonly starts: readonly StartRow[];
  readonly functions: readonly FunctionRow[];
  readonly instances: readonly InstanceRow[];
  readonly hosts: readonly HostRow[];
  /** Hosts of a cluster that did not say what they have. */
  readonly silentHosts: readonly string[];
}

/** What the warming pool has of a runtime. */
export interface WarmingRow {
  readonly configuration: string;
  readonly ready: number;
  readonly starting: number;
  readonly target: number;
}

/** Starts of one path. Percentiles are of the newest 1,000; undefined where there was none. */
export interface StartRow {
  readonly path: string;
  readonly count: number;
  readonly perSecond: number | undefined;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** A function that has containers, or was called of late. */
export interface FunctionRow {
  /** With its account, where several are seen. */
  readonly name: string;
  readonly perSecond: number | undefined;
  readonly errorsPerSecond: number | undefined;
  readonly running: number;
  readonly containers: number;
  /** Of its containers together. */
  readonly memoryMb: number;
}

/** States of a container, in the order in which cells show them. */
export const cellStates = ['running', 'idle', 'starting', 'blank', 'retiring'] as const;
/** One of {@link cellStates}. */
export type CellState = (typeof cellStates)[number];

/** An instance with its containers. */
export interface InstanceRow {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly account: string;
  readonly ageMs: number;
  readonly idleMs: number;
  readonly calls: number;
  readonly running: number;
  readonly cells: readonly CellState[];
  /** Functions whose code is in it, those of most containers first. */
  readonly functions: readonly string[];
}

/** A host of a cluster. */
export interface HostRow {
  readonly name: string;
  readonly state: 'there' | 'draining' | 'silent' | 'no answer';
  readonly running: number;
  readonly waiting: number;
  readonly instances: number;
  readonly containers: number;
  readonly memoryMb: number;
  readonly memoryMbMax: number;
  readonly processorLoad: number;
  readonly processors: number;
}

/** Pure. */
export function pictureOf(now: Sample): Picture {
  const { service, queue, memory, wallMs } = now;
  const starts = startRows(now.starts);
  const instances = now.instances.map((one) => instanceRow(one, wallMs));
  const functions = functionRows(now);
  return {
    driver: service.text('driver'),
    version: service.text('version'),
    region: service.text('region'),
    uptimeMs: Math.max(0, wallMs - service.number('startedAtMs')),
    callsPerSecond: sum(starts.map(({ perSecond }) => perSecond)),
    errorsPerSecond: now.used.before === undefined ? undefined : sum(functions.map((row) => row.errorsPerSecond ?? 0)),
    running: instances.reduce((total, { running }) => total + running, 0),
    queue: { length: queue.number('length'), max: queue.number('max') },
    memory:
      memory === undefined
        ? undefined
        : { totalMb: memory.number('totalMb'), freeMb: memory.number('freeMb'), idleMb: memory.number('idleMb') },
    warming: now.warming.map((pool) => ({
      configuration: pool.text('configuration'),
      ready: pool.number('ready'),
      starting: pool.number('starting'),
      target: pool.number('target'),
    })),
    starts,
    functions,
    instances,
    hosts: now.hosts.map(hostRow),
    silentHosts: now.silentHosts,
  };
}

/** Undefined where one of them is. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    total += value;
  }
  return total;
}

function startRows({ now, before }: Counted<Starts>): StartRow[] {
  return startPaths.map((path) => {
    const row = now.get(path);
    const count = row?.number('count') ?? 0;
    const known = (name: string): number | undefined => (count === 0 ? undefined : row?.number(name));
    return {
      path,
      count,
      perSecond:
        before === undefined
          ? undefined
          : Math.max(0, count - (before.counts.get(path)?.number('count') ?? 0)) / before.seconds,
      p50Ms: known('p50Ms'),
      p99Ms: known('p99Ms'),
    };
  });
}

function instanceRow(instance: Shape, wallMs: number): InstanceRow {
  const since = (ms: number): number => Math.max(0, wallMs - ms);
  const idleSinceMs = instance.number('idleSinceMs');
  const containers = instance.list('containers');
  const cells = containers.map((container) => cellStates.find((one) => one === container.text('state')) ?? 'blank');
  const counts = new Map<string, number>();
  for (const name of containers.map((container) => container.text('functionName')))
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    id: instance.text('id'),
    host: instance.text('host'),
    state: instance.text('state'),
    account: instance.text('account'),
    ageMs: since(instance.number('bornAtMs')),
    idleMs: idleSinceMs === 0 ? 0 : since(idleSinceMs),
    calls: containers.reduce((total, container) => total + container.number('invocations'), 0),
    running: cells.filter((cell) => cell === 'running').length,
    cells: cells.toSorted((one, other) => cellStates.indexOf(one) - cellStates.indexOf(other)),
    functions: [...counts].toSorted(([, one], [, other]) => other - one).map(([name]) => name),
  };
}

function hostRow(host: Shape): HostRow {
  const load = host.object('load');
  const answered = host.text('why') === '';
  return {
    name: host.text('name'),
    state: !host.flag('alive') ? 'silent' : !answered ? 'no answer' : host.flag('draining') ? 'draining' : 'there',
    running: load.number('running'),
    waiting: load.number('waiting'),
    instances: load.number('instances'),
    containers: load.number('containers'),
    memoryMb: load.number('memoryMb'),
    memoryMbMax: load.number('memoryMbMax'),
    processorLoad: load.number('processorLoad'),
    processors: load.number('processors'),
  };
}

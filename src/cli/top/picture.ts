import type { Shape } from '../../sdk/shape.ts';
import { functionRows } from './function-rows.ts';
import type { Sample } from './sample.ts';

/** What there is to see, as numbers and words, from two samples: rates are of the time between them. Times in ms, rates a second. */
export interface Picture {
  readonly driver: string;
  readonly version: string;
  readonly region: string;
  readonly uptimeMs: number;
  /** Undefined where there was only one sample. */
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

/** Pure. `before`: the sample that rates are counted from. */
export function pictureOf(now: Sample, before: Sample | undefined): Picture {
  const { snapshot, status } = now;
  const seconds = before === undefined ? undefined : Math.max(0.001, (now.atMs - before.atMs) / 1_000);
  const starts = startRows(now, before, seconds);
  const instances = snapshot.list('instances').map(instanceRow);
  const functions = functionRows(now, before, seconds);
  const queue = snapshot.object('queue');
  const memory = snapshot.object('memory');
  return {
    driver: status.text('driver'),
    version: status.text('version'),
    region: status.text('region'),
    uptimeMs: status.number('uptimeMs'),
    callsPerSecond: sum(starts.map(({ perSecond }) => perSecond)),
    errorsPerSecond: seconds === undefined ? undefined : sum(functions.map((row) => row.errorsPerSecond ?? 0)),
    running: instances.reduce((total, { running }) => total + running, 0),
    queue: { length: queue.number('length'), max: queue.number('max') },
    memory: snapshot.names.includes('memory')
      ? { totalMb: memory.number('totalMb'), freeMb: memory.number('freeMb'), idleMb: memory.number('idleMb') }
      : undefined,
    warming: snapshot.list('warming').map((pool) => ({
      configuration: pool.text('configuration'),
      ready: pool.number('ready'),
      starting: pool.number('starting'),
      target: pool.number('target'),
    })),
    starts,
    functions,
    instances,
    hosts: now.cluster === undefined ? [] : now.cluster.list('hosts').map(hostRow),
    silentHosts: snapshot.texts('silentHosts'),
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

function startRows(now: Sample, before: Sample | undefined, seconds: number | undefined): StartRow[] {
  const counts = new Map(before?.status.list('starts').map((row) => [row.text('path'), row.number('count')]));
  return now.status.list('starts').map((row) => {
    const [path, count] = [row.text('path'), row.number('count')];
    const grown = count - (counts.get(path) ?? 0);
    const known = (value: number): number | undefined => (count === 0 ? undefined : value);
    return {
      path,
      count,
      // A service that was started anew counts from the start again.
      perSecond: seconds === undefined ? undefined : Math.max(0, grown) / seconds,
      p50Ms: known(row.number('p50Ms')),
      p99Ms: known(row.number('p99Ms')),
    };
  });
}

function instanceRow(instance: Shape): InstanceRow {
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
    ageMs: instance.number('ageMs'),
    idleMs: instance.number('idleMs'),
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

import type { EgressTotals } from '../../model/network.ts';
import { isThreadCode } from '../../model/functions/thread-code.ts';
import { valuesText } from '../../model/metrics-text.ts';
import type { LabelBound } from './label-bound.ts';

const labels = ['account', 'function'];

/** No function can have such a name. */
const threads = '(threads)';

/** What functions connected to, in Prometheus' text format. Beyond `bound` functions are told together, and so are threads of an account. */
export function egressText(all: readonly EgressTotals[], bound: LabelBound): string {
  const totals = bounded(all, bound);
  const by = (value: (one: EgressTotals) => number): (readonly [string[], number])[] =>
    totals.map((one) => [[one.account, one.functionName], value(one)] as const);
  const bytes = totals.flatMap(({ account, functionName, bytesOut, bytesIn }) => [
    [[account, functionName, 'out'], bytesOut] as const,
    [[account, functionName, 'in'], bytesIn] as const,
  ]);
  return [
    valuesText(
      'counter',
      'heddle_egress_connections_total',
      'Connections made for functions.',
      labels,
      by((one) => one.connections),
    ),
    valuesText(
      'counter',
      'heddle_egress_refusals_total',
      'Connections and names refused.',
      labels,
      by((one) => one.refusals),
    ),
    valuesText(
      'counter',
      'heddle_egress_moved_total',
      'Connections ended because their instance was paused, copied or moved, or the machine slept.',
      labels,
      by((one) => one.moved),
    ),
    valuesText('counter', 'heddle_egress_bytes_total', 'Bytes carried for functions.', [...labels, 'direction'], bytes),
    valuesText(
      'gauge',
      'heddle_egress_open_connections',
      'Connections of functions that are open now.',
      labels,
      by((one) => one.open),
    ),
  ].join('\n');
}

function bounded(all: readonly EgressTotals[], bound: LabelBound): readonly EgressTotals[] {
  const byName = new Map<string, EgressTotals>();
  for (const one of all) {
    const functionName = isThreadCode(one.functionName) ? threads : one.functionName;
    const key = bound.of(`${one.account} ${functionName}`);
    const named = key === '' ? { ...one, account: '', functionName: '' } : { ...one, functionName };
    const before = byName.get(key);
    byName.set(key, before === undefined ? named : sum(before, named));
  }
  return [...byName.values()];
}

function sum(one: EgressTotals, other: EgressTotals): EgressTotals {
  return {
    ...one,
    connections: one.connections + other.connections,
    open: one.open + other.open,
    refusals: one.refusals + other.refusals,
    moved: one.moved + other.moved,
    bytesOut: one.bytesOut + other.bytesOut,
    bytesIn: one.bytesIn + other.bytesIn,
  };
}

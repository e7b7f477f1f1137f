import type { EgressTotals } from '../../model/network.ts';
import { valuesText } from '../../model/metrics-text.ts';

const labels = ['account', 'function'];

/** What functions connected to, in Prometheus' text format. Whoever counts bounds how many functions there are. */
export function egressText(totals: readonly EgressTotals[]): string {
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
      'heddle_egress_open',
      'Connections of functions that are open now.',
      labels,
      by((one) => one.open),
    ),
  ].join('\n');
}

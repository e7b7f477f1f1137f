import { valuesText } from '../../model/metrics-text.ts';
import type { AuxiliaryTotals } from '../auxiliary/auxiliary-counts.ts';

const labels = ['service'];

/** Requests of code to auxiliary services, in Prometheus' text format. Whoever runs the service bounds how many there are. */
export function auxiliaryText(totals: readonly AuxiliaryTotals[]): readonly string[] {
  if (totals.length === 0) return [];
  const by = (value: (one: AuxiliaryTotals) => number): (readonly [string[], number])[] =>
    totals.map((one) => [[one.name], value(one)] as const);
  const counter = (what: string, about: string, value: (one: AuxiliaryTotals) => number): string =>
    valuesText('counter', `heddle_auxiliary_${what}_total`, about, labels, by(value));
  return [
    counter('requests', 'Requests that were passed on to auxiliary services.', ({ requests }) => requests),
    counter(
      'failures',
      'Of these, those that were answered with 500 and more, or not to their end.',
      ({ failures }) => failures,
    ),
    counter('refusals', 'Requests that were not passed on.', ({ refusals }) => refusals),
    valuesText(
      'gauge',
      'heddle_auxiliary_open_requests',
      'Requests to auxiliary services that are under way.',
      labels,
      by(({ open }) => open),
    ),
  ];
}

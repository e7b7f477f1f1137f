import type { EventSources, SourceTotals } from '../../events/sources/event-sources.ts';
import { valuesText } from '../../model/metrics-text.ts';

const none: SourceTotals = { mappings: 0, received: 0, filtered: 0, done: 0, failed: 0, givenUp: 0, running: 0 };

/** All event source mappings together, in Prometheus' text format. */
export function sourcesText(all: readonly EventSources[]): readonly string[] {
  const totals = all.map((sources) => sources.totals()).reduce(both, none);
  const { mappings, running, received, filtered, done, failed, givenUp } = totals;
  const kept = all.flatMap((sources) => sources.kept());
  const bytes = all.reduce((sum, { held }) => sum + held.bytes, 0);
  const receivers = all.reduce((sum, { held }) => sum + held.receivers, 0);
  const records = { received, filtered, done, failed, 'given-up': givenUp };
  return [
    valuesText('gauge', 'heddle_event_sources', 'Event source mappings that are enabled.', [], [[[], mappings]]),
    valuesText('gauge', 'heddle_event_source_batches', 'Batches that are with functions.', [], [[[], running]]),
    valuesText('gauge', 'heddle_event_source_receivers', 'Receivers of event sources.', [], [[[], receivers]]),
    valuesText(
      'gauge',
      'heddle_event_source_held_bytes',
      'What event sources hold of records, with functions or before.',
      [],
      [[[], bytes]],
    ),
    valuesText(
      'counter',
      'heddle_event_source_records_total',
      'What happened to records of event sources since the service started.',
      ['what'],
      Object.entries(records).map(([what, count]) => [[what], count] as const),
    ),
    valuesText(
      'gauge',
      'heddle_event_source_kept_bytes',
      'What a source outside keeps until its mapping has read it, disabled or not, when it was looked at last.',
      ['mapping', 'source'],
      kept.map((one) => [[one.mapping.uuid, one.mapping.sourceArn], one.bytes] as const),
    ),
  ];
}

function both(one: SourceTotals, other: SourceTotals): SourceTotals {
  return {
    mappings: one.mappings + other.mappings,
    received: one.received + other.received,
    filtered: one.filtered + other.filtered,
    done: one.done + other.done,
    failed: one.failed + other.failed,
    givenUp: one.givenUp + other.givenUp,
    running: one.running + other.running,
  };
}

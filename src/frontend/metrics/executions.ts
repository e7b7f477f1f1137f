import type { ExecutionTotals } from '../../events/executions/totals.ts';
import { valuesText } from '../../model/metrics-text.ts';
import { earliest } from './tallies.ts';

const none: ExecutionTotals = {
  running: 0,
  ready: 0,
  readySince: undefined,
  invoking: 0,
  ended: {},
  kept: 0,
  keptBytes: 0,
  dropped: 0,
};

/** The gauges of durable executions, in Prometheus' text format. */
export function executionsText(all: readonly ExecutionTotals[], nowMs: number): string {
  const { running, ready, readySince, invoking, ended, kept, keptBytes, dropped } = all.reduce(both, none);
  const ageSeconds = readySince === undefined ? 0 : Math.max(0, nowMs - readySince) / 1_000;
  const gauge = (name: string, help: string, value: number): string =>
    valuesText('gauge', `heddle_executions_${name}`, help, [], [[[], value]]);
  return [
    gauge('running', 'Durable executions that have not ended.', running),
    gauge('ready', 'Durable executions that are to be invoked, or will be tried again.', ready),
    gauge('ready_age_seconds', 'How long the one of these that waited longest has.', ageSeconds),
    gauge('kept', 'Durable executions that have ended and are kept.', kept),
    gauge('kept_bytes', 'What these take.', keptBytes),
    valuesText(
      'counter',
      'heddle_executions_dropped_total',
      'Durable executions that were removed before their days were over, as their account had too many.',
      [],
      [[[], dropped]],
    ),
    gauge('invoking', 'Invocations of durable executions that run.', invoking),
    valuesText(
      'counter',
      'heddle_executions_ended_total',
      'Durable executions that ended, by status.',
      ['status'],
      Object.entries(ended).map(([status, count]) => [[status], count]),
    ),
  ].join('\n');
}

function both(one: ExecutionTotals, other: ExecutionTotals): ExecutionTotals {
  const ended: Record<string, number> = { ...one.ended };
  for (const [status, count] of Object.entries(other.ended)) ended[status] = (ended[status] ?? 0) + count;
  return {
    running: one.running + other.running,
    ready: one.ready + other.ready,
    readySince: earliest(one.readySince, other.readySince),
    invoking: one.invoking + other.invoking,
    ended,
    kept: one.kept + other.kept,
    keptBytes: one.keptBytes + other.keptBytes,
    dropped: one.dropped + other.dropped,
  };
}

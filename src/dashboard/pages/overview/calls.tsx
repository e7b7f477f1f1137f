import type { ReactNode } from 'react';
import { activitySeconds, type ActivityRow } from '../../../model/dashboard/overview.ts';
import { count } from '../../parts/format.ts';
import { TimeChart, type ChartSeries } from '../../parts/time-chart.tsx';

const series: readonly ChartSeries[] = [
  { label: 'answered', colour: '--series-2', filled: true },
  { label: 'errors', colour: '--bad' },
  { label: 'refused', colour: '--series-3' },
  { label: 'waiting', colour: '--series-1' },
];

/** Calls of the last five minutes, second by second. `nowMs`: the service's time. */
export function Calls({ rows, nowMs }: { rows: ReadonlyMap<string, ActivityRow>; nowMs: number }): ReactNode {
  // The second that is under way is not over: it would look like a fall.
  const until = Math.floor(nowMs / 1_000) - 1;
  const seconds = Array.from({ length: activitySeconds }, (_, n) => until - activitySeconds + 1 + n);
  const found = seconds.map((second) => rows.get(String(second)));
  const of = (pick: (row: ActivityRow) => number): readonly number[] =>
    found.map((row) => (row === undefined ? 0 : pick(row)));
  const values = [
    of(({ ok }) => ok),
    of(({ errors }) => errors),
    of(({ refused }) => refused),
    of(({ queued }) => queued),
  ];
  return (
    <section className="card">
      <h2>Calls a second</h2>
      <TimeChart
        label="Calls that were answered, failed, were refused and waited, each second of the last five minutes"
        seconds={seconds}
        values={values}
        series={series}
        height={232}
        format={count}
        whole
      />
    </section>
  );
}

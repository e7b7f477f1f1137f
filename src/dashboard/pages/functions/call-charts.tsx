import { useMemo, type ReactNode } from 'react';
import { EmptyState } from '../../parts/empty-state.tsx';
import { count, milliseconds, percent } from '../../parts/format.ts';
import { Tiles } from '../../parts/tiles.tsx';
import { TimeChart, type ChartSeries } from '../../parts/time-chart.tsx';
import { useServiceTime } from '../../parts/use-second.ts';
import type { CallStep, CallSums } from '../../../model/dashboard/calls.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { startMsPromised, startPaths } from '../../../model/invocations/start-path.ts';
import { useService, useTopic } from '../../state/use.ts';
import { cost, costNote } from './cost.ts';
import { spans, stepsOf, type SpanName } from './steps.ts';
import { setQuery, usePlace } from '../../app/router.ts';

/** How the calls of a function went: numbers of the last hour, and charts of as much of it as is wanted. */
export function CallCharts({ row }: { row: FunctionRow }): ReactNode {
  const { calls } = row;
  const prices = useService()?.prices;
  if (calls === undefined)
    return (
      <EmptyState title="Not called in the last hour" command={`heddle invoke ${row.name} --payload '{}'`}>
        <p>Its calls, errors, times and start paths are shown here while they come in.</p>
      </EmptyState>
    );
  const failed = calls.errors + calls.refused;
  return (
    <>
      <Tiles
        tiles={[
          { label: 'Calls', value: count(calls.calls), note: 'in the last hour' },
          {
            label: 'Errors',
            value: percent(failed / Math.max(1, calls.calls + calls.refused)),
            note: `${count(calls.errors)} of its own, ${count(calls.refused)} refused`,
            ...(failed > 0 && { tone: 'bad' as const }),
          },
          { label: 'Duration p50', value: times(calls.durationP50), note: `p99 ${times(calls.durationP99)}` },
          {
            label: 'Start p50',
            value: times(calls.startP50),
            note: `p99 ${times(calls.startP99)}`,
            ...((calls.startP50 ?? 0) > startMsPromised && { tone: 'bad' as const }),
            ...((calls.startP99 ?? 0) > startMsPromised && { noteTone: 'bad' as const }),
          },
          { label: 'Cost', value: cost(calls, prices), note: costNote(prices) },
        ]}
      />
      <Charts row={row} calls={calls} />
    </>
  );
}

const callSeries: readonly ChartSeries[] = [
  { label: 'calls', colour: '--series-1', filled: true },
  { label: 'errors and refusals', colour: '--bad', filled: true },
];
const timeSeries: readonly ChartSeries[] = [
  { label: 'p50', colour: '--series-2', dotted: true },
  { label: 'p99', colour: '--series-3', dotted: true },
];

/** The same over time. */
function Charts({ row, calls }: { row: FunctionRow; calls: CallSums }): ReactNode {
  const { rows } = useTopic<CallStep>('calls', row.name);
  const now = useServiceTime();
  const asked = usePlace().query.get('span');
  const span: SpanName = asked === '5min' || asked === '1h' ? asked : '15min';
  const step = Math.floor(now / 10_000);
  const steps = useMemo(() => stepsOf(rows, step * 10_000, spans[span].ms), [rows, step, span]);
  const failed = calls.errors + calls.refused;
  const range = [steps.seconds[0] ?? 0, steps.seconds.at(-1) ?? 1] as const;
  const chart = { seconds: steps.seconds, range, height: 170 };
  return (
    <>
      <fieldset className="functions-span">
        <legend className="visually-hidden">How much is shown</legend>
        {Object.entries(spans).map(([name, { title }]) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === span}
            onClick={() => setQuery({ span: name === '15min' ? '' : name })}
          >
            {title}
          </button>
        ))}
      </fieldset>
      <div className="functions-charts">
        <Chart title="Calls per 10 s">
          <TimeChart
            {...chart}
            label={`${count(calls.calls)} calls in the last hour, ${count(failed)} failed`}
            values={[steps.calls, steps.failed]}
            series={callSeries}
            format={count}
            whole
          />
        </Chart>
        <Chart title="Duration">
          <TimeChart
            {...chart}
            label={`Duration: p50 ${times(calls.durationP50)}, p99 ${times(calls.durationP99)}`}
            values={[steps.durationP50, steps.durationP99]}
            series={timeSeries}
            format={milliseconds}
          />
        </Chart>
        <Chart title="From request to your code">
          <TimeChart
            {...chart}
            label={`Start: p50 ${times(calls.startP50)}, p99 ${times(calls.startP99)}; the promise is ${startMsPromised} ms`}
            values={[steps.startP50, steps.startP99]}
            series={timeSeries}
            format={milliseconds}
            mark={startMsPromised}
          />
        </Chart>
        <Chart title="Start paths, last hour">
          <Paths paths={calls.paths} />
        </Chart>
      </div>
    </>
  );
}

function Chart({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** How calls came to their containers, the cheapest way first. */
function Paths({ paths }: { paths: readonly number[] }): ReactNode {
  const all = Math.max(
    1,
    paths.reduce((sum, one) => sum + one, 0),
  );
  return (
    <dl className="functions-paths">
      {startPaths.map((path, at) => (
        <div key={path}>
          <dt>{path}</dt>
          <dd>
            <span
              className={`functions-path functions-path-${at}`}
              style={{ width: `${(100 * (paths[at] ?? 0)) / all}%` }}
            />
          </dd>
          <dd className="number">{count(paths[at] ?? 0)}</dd>
          <dd className="number muted small">{percent((paths[at] ?? 0) / all)}</dd>
        </div>
      ))}
    </dl>
  );
}

function times(ms: number | null): string {
  return ms === null ? '–' : milliseconds(ms);
}

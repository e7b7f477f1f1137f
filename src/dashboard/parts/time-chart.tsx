import 'uplot/dist/uPlot.min.css';
import './time-chart.css';
import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import { onTheme } from '../app/theme.ts';
import { colourOf } from './colours.ts';

/** One line or area of a chart. */
export interface ChartSeries {
  readonly label: string;
  /** A colour of theme.css. */
  readonly colour: `--${string}`;
  /** Fills what is below it. */
  readonly filled?: boolean;
  /** With a dot at each value: of what is not there at all times. */
  readonly dotted?: boolean;
}

/** A chart over time. */
export interface TimeChartProps {
  /** What is to be seen, in a sentence, for who cannot see it. */
  readonly label: string;
  /** Seconds since the Unix epoch, rising; one value of each series for each. null: nothing was there. */
  readonly seconds: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly series: readonly ChartSeries[];
  /** Pixels. */
  readonly height: number;
  /** How a value is written at the axis. */
  readonly format?: (value: number) => string;
  /** There are no values between two whole numbers. */
  readonly whole?: boolean;
  /** First and last second that are shown; all that there are where it is not said. */
  readonly range?: readonly [number, number];
  /** A value that a line is drawn at, right across. */
  readonly mark?: number;
}

/** Draws the chart as wide as its place. The values are drawn anew whenever they change. */
export function TimeChart({
  label,
  seconds,
  values,
  series,
  height,
  format = String,
  whole = false,
  range,
  mark,
}: TimeChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const shape = JSON.stringify(series);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const kinds: ChartSeries[] = JSON.parse(shape);
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsOf(kinds, element.clientWidth, { height, format, whole, mark }), [[]], element);
      element.dispatchEvent(new Event('heddle-drawn'));
    };
    draw();
    const resize = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    const stop = onTheme(draw);
    return () => {
      stop();
      resize.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
    // `format` is written where it is used, and always does the same.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [shape, height, whole, mark]);
  useEffect(() => {
    const show = (): void => {
      if (chart.current === undefined) return;
      chart.current.setData([[...seconds], ...values.map((line) => [...line])], range === undefined);
      if (range !== undefined) chart.current.setScale('x', { min: range[0], max: range[1] });
    };
    show();
    const element = place.current;
    element?.addEventListener('heddle-drawn', show);
    return () => element?.removeEventListener('heddle-drawn', show);
  });
  return (
    <figure style={{ margin: 0 }}>
      <ul className="chart-legend" aria-hidden="true">
        {series.map(({ label: name, colour }) => (
          <li key={name}>
            <span className="chart-key" style={{ background: `var(${colour})` }} />
            {name}
          </li>
        ))}
      </ul>
      {/* What uPlot draws there is a canvas: no element stands for that. */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <div className="time-chart" ref={place} style={{ height }} role="img" aria-label={label} />
    </figure>
  );
}

/** Steps of an axis that has whole numbers only. */
const wholeSteps = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat();

function optionsOf(
  series: readonly ChartSeries[],
  width: number,
  {
    height,
    format,
    whole,
    mark,
  }: Required<Pick<TimeChartProps, 'height' | 'format' | 'whole'>> & { mark: number | undefined },
): uPlot.Options {
  const [muted, line] = [colourOf('--muted'), colourOf('--line')];
  const axis: uPlot.Axis = {
    stroke: muted,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    scales: { y: { range: (_chart, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1, (mark ?? 0) * 1.1)] } },
    axes: [
      { ...axis, space: 70, size: 26, values: (_chart, all) => all.map(clock) },
      {
        ...axis,
        ...(whole && { incrs: wholeSteps }),
        size: 58,
        values: (_chart, all) => all.map((value) => (value === 0 ? '0' : format(value))),
      },
    ],
    ...(mark !== undefined && { hooks: { draw: [(chart: uPlot) => drawMark(chart, mark, format(mark))] } }),
    series: [
      {},
      ...series.map(({ label, colour, filled, dotted }) => {
        const stroke = colourOf(colour);
        return {
          label,
          stroke,
          width: 1.5,
          points: { show: dotted === true, size: 5, fill: stroke },
          ...(filled === true && { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.18)') }),
        };
      }),
    ],
  };
}

/** A broken line across the chart, and what it stands for at its end. */
function drawMark(chart: uPlot, at: number, label: string): void {
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(at, 'y', true));
  ctx.save();
  ctx.strokeStyle = colourOf('--bad');
  ctx.fillStyle = colourOf('--bad');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  ctx.fillText(label, bbox.left + bbox.width - 4, y - 4 * devicePixelRatio);
  ctx.restore();
}

function clock(second: number): string {
  const at = new Date(second * 1_000);
  const time = at.toLocaleTimeString('en-GB');
  return at.getSeconds() === 0 ? time.slice(0, 5) : time;
}

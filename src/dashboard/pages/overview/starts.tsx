import type { ReactNode } from 'react';
import { startBucketMs, type StartsRow } from '../../../model/dashboard/overview.ts';
import { startMsPromised } from '../../../model/invocations/start-path.ts';
import { count, milliseconds, percent, plural } from '../../parts/format.ts';
import { useTopic } from '../../state/use.ts';

const bars = startBucketMs.length;
/** Where a time is along the axis, 0 to 1. */
const along = (ms: number): number =>
  Math.log10(ms / (startBucketMs[0] ?? 1)) / Math.log10((startBucketMs[bars - 1] ?? 1) / (startBucketMs[0] ?? 1));
const ticks: readonly number[] = [0.1, 1, 10, 100, 1_000, 10_000];

/** From request to code: how long, by how the call came to its container, and where 100 ms are. */
export function Starts(): ReactNode {
  const { rows, known } = useTopic<StartsRow>('starts');
  const all = [...rows.values()];
  const total = all.reduce((sum, row) => sum + row.count, 0);
  const kept = all.reduce((sum, { buckets }) => sum + within(buckets), 0);
  return (
    <section className="card overview-starts">
      <h2>From request to code</h2>
      <p className="muted small overview-line">
        {total === 0
          ? known
            ? 'No calls since the service started.'
            : ' '
          : `${plural(total, 'call')} since the service started, ${percent(kept / total)} within ${startMsPromised} ms`}
      </p>
      <div className="overview-paths">
        {all.map((row) => (
          <Path key={row.path} row={row} />
        ))}
        {total === 0 && known && (
          <p className="muted">
            Call a function to see how it starts: <code>heddle invoke hello</code>
          </p>
        )}
      </div>
      <Axis />
    </section>
  );
}

function within(buckets: readonly number[]): number {
  return buckets.reduce(
    (sum, n, at) => ((startBucketMs[at] ?? Infinity) <= startMsPromised * 1.000_001 ? sum + n : sum),
    0,
  );
}

function Path({ row }: { row: StartsRow }): ReactNode {
  const { path, buckets, p50Ms, p99Ms } = row;
  const most = Math.max(...buckets, 1);
  const mark = along(startMsPromised) * bars + 1;
  return (
    <figure className="overview-path">
      <figcaption>
        <span>{path}</span>
        <span className="muted small">
          {count(row.count)} · p50 {milliseconds(p50Ms)} · p99 {milliseconds(p99Ms)}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${bars + 1} 40`} preserveAspectRatio="none" aria-hidden="true">
        <path className="overview-base" d={`M0 39.5H${bars + 1}`} />
        {/* A bucket is its place. */}
        {/* oxlint-disable react/no-array-index-key */}
        {buckets.map((n, at) => {
          // One call among thousands is to be seen, too.
          const height = n === 0 ? 0 : Math.max(2, (38 * n) / most);
          const late = at > 0 && (startBucketMs[at - 1] ?? 0) >= startMsPromised * 0.999_999;
          return height === 0 ? null : (
            <rect
              key={at}
              className={late ? 'overview-late' : 'overview-bar'}
              x={at + 0.08}
              y={39 - height}
              width={0.84}
              height={height}
            />
          );
        })}
        {/* oxlint-enable react/no-array-index-key */}
        <path className="overview-mark" d={`M${mark} 0V40`} />
      </svg>
    </figure>
  );
}

function Axis(): ReactNode {
  return (
    <div className="overview-axis muted" aria-hidden="true">
      {ticks.map((ms) => (
        <span
          key={ms}
          className={ms === startMsPromised ? 'overview-axis-mark' : undefined}
          style={{ left: `${((along(ms) * bars + 1) / (bars + 1)) * 100}%` }}
        >
          {ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`}
        </span>
      ))}
    </div>
  );
}

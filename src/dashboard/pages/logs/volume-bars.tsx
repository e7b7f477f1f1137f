import { useMemo, type PointerEvent, type ReactNode } from 'react';
import type { LogLine } from '../../../model/dashboard/logs.ts';
import { setQuery } from '../../app/router.ts';
import { count } from '../../parts/format.ts';
import { timeOf } from '../../parts/times.ts';
import { barsOf, volumeKinds, volumeOf, type VolumeKind } from './volume.ts';

const [stepCount, width, height] = [120, 960, 34];

/** How each kind is named, and from which level on the page shows it alone. */
const words: Readonly<Record<VolumeKind, { readonly one: string; readonly level: string }>> = {
  errors: { one: 'error', level: 'ERROR' },
  warnings: { one: 'warning', level: 'WARN' },
  others: { one: 'other', level: '' },
};

/** How many of the lines that are held there were over time, by what matters; a press goes to that time, one on a count shows only such lines. */
export function VolumeBars({
  lines,
  level,
  goTo,
}: {
  readonly lines: readonly LogLine[];
  /** The filter that is set. */
  readonly level: string;
  /** Milliseconds since the Unix epoch. */
  readonly goTo: (atMs: number) => void;
}): ReactNode {
  const volume = useMemo(() => volumeOf(lines, stepCount), [lines]);
  const bars = useMemo(() => barsOf(volume, width, height), [volume]);
  const { fromMs, toMs, sums } = volume;
  const pressed = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    goTo(fromMs + ((event.clientX - box.left) / box.width) * (toMs - fromMs));
  };
  const said = volumeKinds.map((kind) => wordsOf(kind, sums[kind])).join(', ');
  return (
    <div className="logs-volume">
      {/* The list below is gone through with keys. */}
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={said}
        onPointerDown={pressed}
      >
        {volumeKinds.map((kind) => (
          <path key={kind} className={`logs-volume-${kind}`} d={bars[kind]} />
        ))}
      </svg>
      <div className="logs-volume-foot small muted">
        <span>{lines.length === 0 ? '\u00a0' : timeOf(fromMs)}</span>
        <span className="logs-volume-counts">
          {volumeKinds.map((kind) => (
            <button
              key={kind}
              type="button"
              className="as-link"
              aria-pressed={kind !== 'others' && words[kind].level === level}
              disabled={sums[kind] === 0 || kind === 'others'}
              onClick={() => setQuery({ level: words[kind].level === level ? '' : words[kind].level })}
            >
              <span className={`chart-key logs-volume-${kind}`} aria-hidden="true" />
              {wordsOf(kind, sums[kind])}
            </button>
          ))}
        </span>
        <span>{lines.length === 0 ? '' : timeOf(toMs)}</span>
      </div>
    </div>
  );
}

function wordsOf(kind: VolumeKind, value: number): string {
  const { one } = words[kind];
  return `${count(value)} ${value === 1 ? one : `${one}s`}`;
}

import type { ReactNode } from 'react';

const [width, height] = [120, 24];

/** Calls by minute as small bars, errors among them in another colour. `label`: what it says, for those who do not see it. */
export function Sparkline({
  values,
  bad,
  label,
}: {
  values: readonly number[];
  bad: readonly number[];
  label: string;
}): ReactNode {
  const max = Math.max(1, ...values);
  const step = width / values.length;
  const path = (of: readonly number[]): string =>
    of
      .map((value, at) => {
        if (value === 0) return '';
        const tall = Math.max(2, (value / max) * height);
        return `M${(at * step).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${(step - 0.5).toFixed(1)}v${tall.toFixed(1)}z`;
      })
      .join('');
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path className="sparkline-base" d={`M0 ${height - 0.5}h${width}`} />
      <path className="sparkline-values" d={path(values)} />
      <path className="sparkline-bad" d={path(bad)} />
    </svg>
  );
}

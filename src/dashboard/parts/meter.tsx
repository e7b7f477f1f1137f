import './meter.css';
import './time-chart.css';
import type { ReactNode } from 'react';

/** A part of a whole. */
export interface MeterPart {
  readonly label: string;
  readonly value: number;
  /** A colour of theme.css; without one it is what is left. */
  readonly colour?: `--${string}`;
}

/** A whole, divided: a bar, and what each part of it is. `format` writes a value. */
export function Meter({
  parts,
  format,
}: {
  parts: readonly MeterPart[];
  format: (value: number) => string;
}): ReactNode {
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <div>
      <div className="meter-bar" aria-hidden="true">
        {parts.map(({ label, value, colour }) =>
          colour === undefined ? null : (
            <span
              key={label}
              className="meter-part"
              style={{ width: `${all === 0 ? 0 : (100 * value) / all}%`, background: `var(${colour})` }}
            />
          ),
        )}
      </div>
      <ul className="meter-words">
        {parts.map(({ label, value, colour = '--surface-2' }) => (
          <li key={label}>
            <span
              className="chart-key"
              style={{ background: `var(${colour})`, boxShadow: 'inset 0 0 0 1px var(--line-strong)' }}
            />
            {label} {format(value)}
          </li>
        ))}
      </ul>
    </div>
  );
}

import type { ReactNode } from 'react';

/** One number of a row of them. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  /** A line below it. */
  readonly note?: string;
  readonly tone?: 'bad' | 'good';
  /** The same of that line. */
  readonly noteTone?: 'bad';
}

/** Numbers that say how it stands, in a row. */
export function Tiles({ tiles }: { tiles: readonly Tile[] }): ReactNode {
  return (
    <dl className="tiles">
      {tiles.map(({ label, value, note, tone, noteTone }) => (
        <div key={label} className="tile-number">
          <dt>{label}</dt>
          <dd className={tone === undefined ? 'tile-value' : `tile-value tone-${tone}`}>{value}</dd>
          <dd className={noteTone === undefined ? 'muted small' : `small tone-${noteTone}`}>{note ?? '\u00a0'}</dd>
        </div>
      ))}
    </dl>
  );
}

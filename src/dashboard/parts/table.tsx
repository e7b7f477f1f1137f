import './table.css';
import { useState, type ReactNode } from 'react';

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers are aligned at their ends. */
  readonly number?: boolean;
}

/** A table that stays quick with ten thousand rows. */
export interface TableProps<Row> {
  /** What the table is of, for who cannot see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** How high it is at most, pixels; it scrolls by itself. Without it all rows are shown, and there should be few. */
  readonly heightMax?: number;
}

const rowHeight = 37;
/** Rows beyond what is seen, so that scrolling finds something; others are put there when half of them were passed. */
const beyond = 8;
const stepPixels = (beyond / 2) * rowHeight;

/** Only rows that can be seen are in the page. */
export function Table<Row>({ label, columns, rows, keyOf, heightMax }: TableProps<Row>): ReactNode {
  const [top, setTop] = useState(0);
  const seen = heightMax === undefined ? rows.length : Math.ceil(heightMax / rowHeight) + 2 * beyond;
  const from = Math.max(0, Math.min(Math.floor(top / rowHeight) - beyond, rows.length - seen));
  const shown = rows.slice(from, from + seen);
  const below = rows.length - from - shown.length;
  return (
    <section
      className="rows-frame"
      aria-label={label}
      // A region that scrolls must be reachable with the keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      style={{ maxHeight: heightMax }}
      onScroll={(event) => setTop(Math.floor(event.currentTarget.scrollTop / stepPixels) * stepPixels)}
    >
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map(({ title, number }) => (
              <th key={title} className={number === true ? 'number' : undefined} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={from} columns={columns.length} />
          {shown.map((row, n) => (
            <tr key={keyOf(row)} aria-rowindex={from + n + 2}>
              {columns.map(({ title, cell, number }) => (
                <td key={title} className={number === true ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Space rows={below} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

function Space({ rows, columns }: { readonly rows: number; readonly columns: number }): ReactNode {
  if (rows === 0) return null;
  return (
    <tr className="rows-space" aria-hidden="true">
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
      <td colSpan={columns} style={{ height: rows * rowHeight }} />
    </tr>
  );
}

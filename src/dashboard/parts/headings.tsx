import type { ReactNode } from 'react';

/** What stands above a column. */
export interface Heading {
  readonly title: string;
  /** Numbers are aligned at their ends. */
  readonly number?: true;
  /** Only where the page is wide. */
  readonly wide?: true;
  /** For who cannot see what is in the column, such as a button. */
  readonly hidden?: true;
  /** What is meant, where the title is too short to say it. */
  readonly about?: string;
}

/** The head of a table whose rows are written out. `Table` has its own. */
export function Headings({ of }: { of: readonly Heading[] }): ReactNode {
  return (
    <thead>
      <tr>
        {of.map(({ title, number, wide, hidden, about }) => (
          <th key={title} scope="col" className={headingClass(number, wide)} title={about}>
            {hidden === true ? <span className="visually-hidden">{title}</span> : title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function headingClass(number?: true, wide?: true): string | undefined {
  const names = [number === true ? 'number' : '', wide === true ? 'wide-only' : ''].filter((name) => name !== '');
  return names.length === 0 ? undefined : names.join(' ');
}

import type { ReactNode } from 'react';
import { TableFrame } from '../../../parts/scrolling.tsx';
import { hrefOf } from '../../../app/router.ts';
import { ago, span } from '../../../parts/times.ts';
import { useServiceTime } from '../../../parts/use-second.ts';
import type { ExecutionRow } from '../../../../model/dashboard/events.ts';
import { StatusTag } from './status-tag.tsx';
import { Headings, type Heading } from '../../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'Execution' },
  { title: 'Status' },
  { title: 'Function', wide: true },
  { title: 'Began' },
  { title: 'Took', number: true },
];

/** So many are shown. */
const shownMax = 200;

/** Durable executions, those that run first and then the newest. */
export function Executions({ rows }: { rows: readonly ExecutionRow[] }): ReactNode {
  const now = useServiceTime();
  const ordered = rows.toSorted(
    (a, b) => Number(b.status === 'RUNNING') - Number(a.status === 'RUNNING') || b.startedAt - a.startedAt,
  );
  return (
    <TableFrame label="Durable executions">
      <table className="events-table">
        <Headings of={headings} />
        <tbody>
          {ordered.slice(0, shownMax).map((row) => (
            <tr key={row.arn}>
              <td>
                <a className="events-name" href={hrefOf('events', ['execution', row.arn])}>
                  {row.name}
                </a>
              </td>
              <td>
                <StatusTag row={row} />
              </td>
              <td className="wide-only">
                {row.of === undefined ? (
                  'a program'
                ) : (
                  <a href={hrefOf('functions', [row.of.split(':')[0] ?? ''])}>{row.of}</a>
                )}
              </td>
              <td className="nowrap muted">{ago(row.startedAt, now)}</td>
              <td className="number nowrap">{span((row.endedAt ?? now) - row.startedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

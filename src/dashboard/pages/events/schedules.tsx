import type { ReactNode } from 'react';
import { TableFrame } from '../../parts/scrolling.tsx';
import { hrefOf } from '../../app/router.ts';
import { count } from '../../parts/format.ts';
import { ago, span, timeOf } from '../../parts/times.ts';
import { useServiceTime } from '../../parts/use-second.ts';
import type { ScheduleRow } from '../../../model/dashboard/events.ts';
import { Headings, type Heading } from '../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'Schedule' },
  { title: 'Due next' },
  { title: 'Calls' },
  { title: 'Last', wide: true },
  { title: 'Delivered', number: true, wide: true },
  { title: 'Waiting', number: true, wide: true },
  { title: 'Failed', number: true },
];

/** Schedules, what is due next first. */
export function Schedules({ rows }: { rows: readonly ScheduleRow[] }): ReactNode {
  const now = useServiceTime();
  const due = (row: ScheduleRow): number => (row.enabled ? (row.nextAt ?? Infinity) : Infinity);
  return (
    <TableFrame label="Schedules">
      <table className="events-table">
        <Headings of={headings} />
        <tbody>
          {rows
            .toSorted((a, b) => due(a) - due(b) || a.name.localeCompare(b.name))
            .map((row) => (
              <Schedule key={`${row.group}/${row.name}`} row={row} now={now} />
            ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

function Schedule({ row, now }: { row: ScheduleRow; now: number }): ReactNode {
  const { group, name, expression, timeZone, enabled, nextAt, lastAt, delivered, failed, waiting, missed, lastError } =
    row;
  return (
    <tr>
      <td>
        <b className="events-name">{group === 'default' ? name : `${group}/${name}`}</b>
        <code className="events-below muted">
          {expression}
          {timeZone === 'UTC' ? '' : ` ${timeZone}`}
        </code>
      </td>
      <td className="nowrap">
        {!enabled ? (
          <span className="tag">disabled</span>
        ) : nextAt === undefined ? (
          <span className="muted">never again</span>
        ) : (
          <>
            in {span(nextAt - now)}
            <span className="events-below muted small">{timeOf(nextAt, now)}</span>
          </>
        )}
      </td>
      <td>
        <Target arn={row.target} />
      </td>
      <td className="nowrap wide-only muted">{lastAt === undefined ? '–' : ago(lastAt, now)}</td>
      <td className="number wide-only">{count(delivered)}</td>
      <td className="number wide-only">{count(waiting)}</td>
      <td className={failed + missed > 0 ? 'number tone-bad' : 'number'} title={lastError?.text}>
        {count(failed)}
        {missed > 0 && <span className="events-below small">{count(missed)} missed</span>}
        {lastError !== undefined && (
          <span className="events-below small problem events-error wide-only">{lastError.text}</span>
        )}
      </td>
    </tr>
  );
}

/** What a schedule calls: a function, or a queue. */
function Target({ arn }: { arn: string }): ReactNode {
  const [, , service, , , kind, name, qualifier] = arn.split(':');
  if (service === 'lambda' && kind === 'function' && name !== undefined)
    return <a href={hrefOf('functions', [name])}>{qualifier === undefined ? name : `${name}:${qualifier}`}</a>;
  if (service === 'sqs') return <>queue {kind}</>;
  return <span className="events-name">{arn}</span>;
}

import { useState, type ReactNode } from 'react';
import { TableFrame } from '../../../parts/scrolling.tsx';
import { bytes, count } from '../../../parts/format.ts';
import { span } from '../../../parts/times.ts';
import { useServiceTime } from '../../../parts/use-second.ts';
import type { QueueRow } from '../../../../model/dashboard/events.ts';
import { DeadLetters } from './dead-letters.tsx';
import { Messages } from './messages.tsx';
import { Headings, type Heading } from '../../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'Queue' },
  { title: 'Depth' },
  { title: 'In flight', number: true },
  { title: 'Delayed', number: true, wide: true },
  { title: 'Oldest', number: true },
  { title: 'Size', number: true, wide: true },
  { title: 'Dead letters go to', wide: true },
  { title: 'Look', wide: true, hidden: true },
];

/** Queues, and above them those with dead letters in them. */
export function Queues({ rows }: { rows: readonly QueueRow[] }): ReactNode {
  const now = useServiceTime();
  const [looked, setLooked] = useState<string | undefined>();
  const depthMax = Math.max(1, ...rows.map(depthOf));
  const dead = rows.filter((row) => row.deadLettersOf.length > 0 && depthOf(row) > 0);
  return (
    <div className="stack">
      {dead.map((row) => (
        <DeadLetters key={row.name} row={row} now={now} look={() => setLooked(row.name)} />
      ))}
      <TableFrame label="Queues">
        <table className="events-table">
          <Headings of={headings} />
          <tbody>
            {rows
              .toSorted((a, b) => a.name.localeCompare(b.name))
              .map((row) => (
                <Queue key={row.name} row={row} now={now} depthMax={depthMax} look={() => setLooked(row.name)} />
              ))}
          </tbody>
        </table>
      </TableFrame>
      {looked !== undefined && <Messages key={looked} queue={looked} close={() => setLooked(undefined)} />}
    </div>
  );
}

function depthOf({ ready, inFlight, delayed }: QueueRow): number {
  return ready + inFlight + delayed;
}

function Queue({
  row,
  now,
  depthMax,
  look,
}: {
  row: QueueRow;
  now: number;
  depthMax: number;
  look: () => void;
}): ReactNode {
  return (
    <tr>
      <td>
        <button type="button" className="as-link events-name" title="Look inside" onClick={look}>
          {row.name}
        </button>{' '}
        {row.fifo && <span className="tag">FIFO</span>}
      </td>
      <td className="events-depth">
        {depthOf(row) > 0 && <span className="events-bar" style={{ width: `${(80 * depthOf(row)) / depthMax}px` }} />}
        {count(row.ready)}
      </td>
      <td className="number">{count(row.inFlight)}</td>
      <td className="number wide-only">{count(row.delayed)}</td>
      <td className="number nowrap">
        {row.oldestAt === undefined || depthOf(row) === 0 ? '–' : span(now - row.oldestAt)}
      </td>
      <td className="number wide-only nowrap">{bytes(row.bytes)}</td>
      <td className="wide-only">
        {row.deadLetter === undefined ? (
          <span className="muted">{row.deadLettersOf.length > 0 ? 'it keeps those of others' : 'nowhere'}</span>
        ) : (
          <>
            {row.deadLetter}
            {row.deadLettered > 0 && <span className="muted small"> {count(row.deadLettered)} went there</span>}
          </>
        )}
      </td>
      <td className="wide-only events-actions">
        <button type="button" disabled={row.ready === 0} onClick={look}>
          Look inside
        </button>
      </td>
    </tr>
  );
}

import { useState, type ReactNode } from 'react';
import { TableFrame } from '../../parts/scrolling.tsx';
import { hrefOf } from '../../app/router.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { count } from '../../parts/format.ts';
import { span, timeOf } from '../../parts/times.ts';
import { useServiceTime } from '../../parts/use-second.ts';
import type { EventLineRow } from '../../../model/dashboard/events.ts';
import { useRead } from '../../state/use-read.ts';
import { useAsk } from '../../state/use.ts';
import { Headings, type Heading } from '../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'Function or destination' },
  { title: 'Waiting', number: true },
  { title: 'Running', number: true },
  { title: 'To be tried again', number: true, wide: true },
  { title: 'Oldest', number: true, wide: true },
  { title: 'Succeeded', number: true, wide: true },
  { title: 'Given up', number: true },
  { title: 'Look', hidden: true },
];

/** Asynchronous calls by function, and what is on its way to destinations. */
export function AsyncLines({ rows }: { rows: readonly EventLineRow[] }): ReactNode {
  const now = useServiceTime();
  const [looked, setLooked] = useState<string | undefined>();
  return (
    <TableFrame label="Asynchronous calls">
      <table className="events-table">
        <Headings of={headings} />
        <tbody>
          {rows
            .toSorted((a, b) => b.depth - a.depth || a.line.localeCompare(b.line))
            .map((row) => (
              <tr key={row.line}>
                <td>
                  {row.kind === 'function' ? (
                    <a className="events-name" href={hrefOf('functions', [row.line])}>
                      {row.line}
                    </a>
                  ) : (
                    <span className="events-name" title={row.line}>
                      → {destinationOf(row.line)}
                    </span>
                  )}
                </td>
                <td className="number">{count(row.depth - row.inFlight)}</td>
                <td className="number">{count(row.inFlight)}</td>
                <td className="number wide-only">{count(row.retrying)}</td>
                <td className="number nowrap wide-only">
                  {row.oldestAt === undefined ? '–' : span(now - row.oldestAt)}
                </td>
                <td className="number wide-only">{count(row.succeeded)}</td>
                <td className={row.failed > 0 ? 'number tone-bad' : 'number'}>{count(row.failed)}</td>
                <td className="events-actions">
                  <button
                    type="button"
                    disabled={row.depth === 0 && row.failed === 0}
                    onClick={() => setLooked(row.line)}
                  >
                    Look<span className="wide-only"> inside</span>
                  </button>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {looked !== undefined && <LineReports line={looked} close={() => setLooked(undefined)} />}
    </TableFrame>
  );
}

/** An ARN in words, where it is one of a kind that is usual here. */
function destinationOf(line: string): string {
  const [, , service, , , ...rest] = line.split(':');
  if (service === 'sqs') return `queue ${rest.join(':')}`;
  return service === 'lambda' ? rest.slice(0, 2).join(' ') : line;
}

interface Report {
  readonly requestId: string;
  readonly attempts: number;
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** The newest events of a line that wait, and that were given up, with why. */
function LineReports({ line, close }: { line: string; close: () => void }): ReactNode {
  const ask = useAsk();
  const { found, error } = useRead(line, async (signal) => {
    const response = await ask({ path: '/heddle/v1/events', query: { line }, signal });
    const { waiting, failed }: { waiting: unknown[]; failed: unknown[] } = Object(await response.json());
    return { waiting: waiting.map(reportOf), failed: failed.map(reportOf) };
  });
  return (
    <Dialog title={`Events of ${line}`} close={close}>
      {error !== '' && <p className="problem">{error}</p>}
      {found !== undefined &&
        (['failed', 'waiting'] as const).map((kind) => (
          <div key={kind}>
            {found[kind].length > 0 && <h3>{kind === 'failed' ? 'Given up, the newest' : 'Waiting'}</h3>}
            <ul className="events-messages">
              {found[kind].map(({ requestId, attempts, lines }) => (
                <li key={requestId}>
                  <a href={hrefOf('logs', [], { request: requestId, function: line })}>
                    <code>{requestId}</code>
                  </a>{' '}
                  <span className="muted small">
                    {attempts} {attempts === 1 ? 'attempt' : 'attempts'}
                  </span>
                  {lines.map(([name, value]) => (
                    <p key={name} className="small">
                      <span className="muted">{name}</span> {value}
                    </p>
                  ))}
                </li>
              ))}
            </ul>
          </div>
        ))}
      {found !== undefined && found.failed.length + found.waiting.length === 0 && (
        <p className="muted">Nothing of it is remembered any more.</p>
      )}
    </Dialog>
  );
}

function reportOf(wire: unknown): Report {
  const { requestId, attempts, runs, acceptedMs, dueMs, isRunning, endedMs, condition } = Object(wire);
  const lines: [string, string][] = [['accepted', timeOf(Number(acceptedMs))]];
  if (isRunning === true) lines.push(['runs', 'now']);
  else if (typeof dueMs === 'number') lines.push(['due', timeOf(dueMs)]);
  if (typeof endedMs === 'number') lines.push(['given up', `${timeOf(endedMs)} ${String(condition ?? '')}`]);
  const last: unknown = Array.isArray(attempts) ? attempts.at(-1) : undefined;
  const { error } = Object(last);
  if (typeof error === 'string') lines.push(['because', error]);
  return { requestId: String(requestId), attempts: Number(runs ?? 0), lines };
}

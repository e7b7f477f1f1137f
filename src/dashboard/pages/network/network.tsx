import '../../parts/parts.css';
import './network.css';
import { useState, type ReactNode } from 'react';
import { hrefOf } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { bytes, count, plural } from '../../parts/format.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { TableFrame } from '../../parts/scrolling.tsx';
import { ago } from '../../parts/times.ts';
import { useServiceTime } from '../../parts/use-second.ts';
import type { EgressRow, EgressTarget } from '../../../model/dashboard/network.ts';
import { useTopic } from '../../state/use.ts';
import { AllowDialog } from './allow-dialog.tsx';
import { Headings, type Heading } from '../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'To' },
  { title: 'Allowed', number: true },
  { title: 'Refused', number: true },
  { title: 'Why', wide: true },
  { title: 'Last', wide: true },
  { title: 'Allow', hidden: true },
];

interface Asked {
  readonly row: EgressRow;
  readonly target: EgressTarget;
}

/** What functions connect to, what of it was refused, and by which rule it would not be. */
export function Network(): ReactNode {
  const { rows, known, error } = useTopic<EgressRow>('egress');
  const now = useServiceTime();
  const [asked, setAsked] = useState<Asked | undefined>();
  const all = [...rows.values()].toSorted(
    (a, b) => Number(b.refusals > 0) - Number(a.refusals > 0) || newest(b) - newest(a),
  );
  const refused = all.reduce((sum, row) => sum + row.refusals, 0);
  return (
    <>
      <PageHead title="Network">
        {known &&
          rows.size > 0 &&
          `${plural(rows.size, 'function')} connected, ${plural(refused, 'refusal')}, since the service started`}
      </PageHead>
      {error !== undefined && <p className="problem">{error}</p>}
      {known && rows.size === 0 && (
        <EmptyState
          title="Nothing has connected anywhere"
          command={'heddle deploy FOLDER --egress "api.example.com:443"'}
        >
          <p>Code reaches what its policy names, and nothing else. What it tries is here, and what would allow it.</p>
        </EmptyState>
      )}
      <div className="stack">
        {all.map((row) => (
          <OneFunction key={row.functionName} row={row} now={now} allow={(target) => setAsked({ row, target })} />
        ))}
      </div>
      {asked !== undefined && <AllowDialog row={asked.row} target={asked.target} close={() => setAsked(undefined)} />}
    </>
  );
}

function newest({ targets }: EgressRow): number {
  return targets[0]?.lastAt ?? 0;
}

function OneFunction({
  row,
  now,
  allow,
}: {
  row: EgressRow;
  now: number;
  allow: (target: EgressTarget) => void;
}): ReactNode {
  const { functionName, thread, policy, connections, open, refusals, bytesIn, bytesOut, targets } = row;
  return (
    <section className="card" aria-label={functionName === '' ? 'Other functions' : functionName}>
      <div className="network-head">
        <h2>
          {functionName === '' ? (
            'Other functions'
          ) : thread === true ? (
            functionName
          ) : (
            <a href={hrefOf('functions', [functionName])}>{functionName}</a>
          )}{' '}
          {thread === true && <span className="tag">code of threads</span>}
        </h2>
        <p className="muted small">
          may reach <code>{policy ?? "the service's default"}</code>
        </p>
      </div>
      <p className="network-counts muted">
        <Count value={count(connections)} name={connections === 1 ? 'connection' : 'connections'} />
        {open > 0 && <Count value={count(open)} name="open now" />}
        {refusals > 0 && <Count value={count(refusals)} name="refused" bad />}
        <Count value={bytes(bytesOut)} name="out" />
        <Count value={bytes(bytesIn)} name="in" />
      </p>
      {targets.length > 0 && <Targets row={row} now={now} allow={allow} />}
    </section>
  );
}

function Count({ name, value, bad = false }: { name: string; value: string; bad?: boolean }): ReactNode {
  return (
    <span className="nowrap">
      <b className={bad ? 'tone-bad' : undefined}>{value}</b> {name}
    </span>
  );
}

/** Where a function connected to, or wanted to. */
function Targets({
  row: { functionName, targets },
  now,
  allow,
}: {
  row: EgressRow;
  now: number;
  allow: (target: EgressTarget) => void;
}): ReactNode {
  // What nobody was refused, nobody asks why.
  const anyRefused = targets.some(({ refused }) => refused > 0);
  return (
    <TableFrame bare label={`Where ${functionName} connected to`}>
      <table className="network-table">
        <Headings of={anyRefused ? headings : headings.filter(({ title }) => title !== 'Refused' && title !== 'Why')} />
        <tbody>
          {targets.map((target) => (
            <tr key={target.to}>
              <td className="mono network-to">{target.to}</td>
              <td className="number">{target.allowed === 0 ? '' : count(target.allowed)}</td>
              {anyRefused && (
                <>
                  <td className="number tone-bad">{target.refused === 0 ? '' : count(target.refused)}</td>
                  <td className="wide-only small">{target.refused > 0 && target.why}</td>
                </>
              )}
              <td className="wide-only nowrap muted">{ago(target.lastAt, now)}</td>
              <td className="network-action">
                {target.refused > 0 && (
                  <button type="button" onClick={() => allow(target)} aria-label={`Allow ${target.to} …`}>
                    Allow…
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

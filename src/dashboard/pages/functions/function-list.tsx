import { useState, type ReactNode } from 'react';
import { hrefOf } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { bytes, count, milliseconds, percent, plural } from '../../parts/format.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { ago } from '../../parts/times.ts';
import { useServiceTime } from '../../parts/use-second.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useTopic } from '../../state/use.ts';
import { StateTag } from './state-tag.tsx';

/** So many are shown; what is looked for among more is found by its name. */
const shownMax = 200;

type Order = 'name' | 'calls' | 'errors' | 'p99';
const orders: Readonly<Record<Order, string>> = {
  name: 'Name',
  calls: 'Calls',
  errors: 'Errors',
  p99: 'p99',
};

/** The account's functions, and how their calls went in the last hour. */
export function FunctionList(): ReactNode {
  const { rows, known, error } = useTopic<FunctionRow>('functions');
  const [order, setOrder] = useState<Order>('name');
  const [text, setText] = useState('');
  const now = useServiceTime();
  const found = inOrder(
    [...rows.values()].filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())),
    order,
  );
  if (known && rows.size === 0 && error === undefined)
    return (
      <>
        <PageHead title="Functions" />
        <EmptyState title="Nothing is deployed yet" command="heddle deploy examples/hello">
          <p>
            A file or folder of TypeScript, JavaScript or Python becomes a function. It is here as soon as it is there.
          </p>
        </EmptyState>
      </>
    );
  const all = [...rows.values()];
  const calls = all.reduce((sum, row) => sum + (row.calls?.calls ?? 0), 0);
  return (
    <>
      <PageHead
        title="Functions"
        actions={
          <>
            {rows.size > 8 && (
              <input
                type="search"
                placeholder="Find by name"
                aria-label="Find by name"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
            <label className="functions-order">
              Sort by{' '}
              <select value={order} onChange={(event) => setOrder(orderOf(event.target.value))}>
                {Object.entries(orders).map(([name, title]) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
          </>
        }
      >
        {known ? `${plural(rows.size, 'function')}, ${plural(calls, 'call')} in the last hour` : ''}
      </PageHead>
      {error !== undefined && <p className="problem">{error}</p>}
      <div className="card table-frame" role="region" aria-label="Functions" tabIndex={0}>
        <table className="functions-table">
          <thead>
            <tr>
              <th scope="col">Function</th>
              <th scope="col">Calls, last hour</th>
              <th scope="col" className="number">
                Errors
              </th>
              <th scope="col" className="number wide-only">
                p50
              </th>
              <th scope="col" className="number">
                p99
              </th>
              <th scope="col" className="number wide-only" title="From request to the first line of your code">
                Start p50
              </th>
              <th scope="col" className="number wide-only" title="Memory for as long as it ran, in the last hour">
                Cost
              </th>
              <th scope="col" className="number wide-only">
                Memory
              </th>
              <th scope="col" className="number wide-only">
                Code
              </th>
              <th scope="col" className="wide-only">
                Last call
              </th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shownMax).map((row) => (
              <Row key={row.name} row={row} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      {found.length > shownMax && (
        <p className="muted">… and {count(found.length - shownMax)} more: look for one by its name.</p>
      )}
    </>
  );
}

function Row({ row, now }: { row: FunctionRow; now: number }): ReactNode {
  const { name, runtime, memoryMb, codeBytes, calls } = row;
  return (
    <tr>
      <td>
        <a className="functions-name" href={hrefOf('functions', [name])}>
          {name}
        </a>
        <span className="functions-runtime muted small">
          {runtime} <StateTag row={row} />
        </span>
      </td>
      <td className="functions-calls">
        {calls === undefined ? (
          <span className="muted">none</span>
        ) : (
          <>
            <Sparkline
              values={calls.minutes}
              bad={calls.minuteErrors}
              label={`${plural(calls.calls, 'call')} by minute`}
            />{' '}
            {count(calls.calls)}
          </>
        )}
      </td>
      <td className={calls !== undefined && calls.errors + calls.refused > 0 ? 'number tone-bad' : 'number'}>
        {calls === undefined ? '' : percent(errorShare(row))}
      </td>
      <td className="number wide-only">{times(calls?.durationP50)}</td>
      <td className="number">{times(calls?.durationP99)}</td>
      <td className="number wide-only">{times(calls?.startP50)}</td>
      <td className="number wide-only">{calls === undefined ? '' : gbSeconds(calls.gbSeconds)}</td>
      <td className="number wide-only nowrap">{count(memoryMb)} MB</td>
      <td className="number wide-only nowrap">{bytes(codeBytes)}</td>
      <td className="wide-only nowrap muted">{calls?.lastAt ? ago(calls.lastAt, now) : ''}</td>
    </tr>
  );
}

/** Memory for as long as it ran, which is what is counted as cost. */
export function gbSeconds(value: number): string {
  if (value === 0) return '0 GB·s';
  return `${value < 0.001 ? '< 0.001' : Number(value.toPrecision(3)).toLocaleString('en')} GB·s`;
}

function times(ms: number | null | undefined): ReactNode {
  return ms === null || ms === undefined ? '' : <span className="nowrap">{milliseconds(ms)}</span>;
}

function errorShare({ calls }: FunctionRow): number {
  if (calls === undefined) return 0;
  const all = calls.calls + calls.refused;
  return all === 0 ? 0 : (calls.errors + calls.refused) / all;
}

function inOrder(rows: readonly FunctionRow[], order: Order): readonly FunctionRow[] {
  const byName = rows.toSorted((a, b) => a.name.localeCompare(b.name));
  if (order === 'name') return byName;
  const of = (row: FunctionRow): number => {
    if (order === 'calls') return row.calls?.calls ?? 0;
    return order === 'errors' ? errorShare(row) : (row.calls?.durationP99 ?? 0);
  };
  return byName.toSorted((a, b) => of(b) - of(a));
}

function orderOf(text: string): Order {
  return text === 'calls' || text === 'errors' || text === 'p99' ? text : 'name';
}

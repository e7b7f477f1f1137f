import { useState, type ReactNode } from 'react';
import { TableFrame } from '../../parts/scrolling.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { count, plural } from '../../parts/format.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { useServiceTime } from '../../parts/use-second.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useService, useTopic } from '../../state/use.ts';
import { errorShare, Row } from './function-row.tsx';
import { Headings, type Heading } from '../../parts/headings.tsx';

const headings: readonly Heading[] = [
  { title: 'Function' },
  { title: 'Calls, last hour' },
  { title: 'Errors', number: true },
  { title: 'p50', number: true, wide: true },
  { title: 'p99', number: true },
  { title: 'Start p50', number: true, wide: true, about: 'From request to the first line of your code' },
  {
    title: 'Cost',
    number: true,
    wide: true,
    about: 'Memory for as long as it ran, in the last hour; as money where prices are configured',
  },
  { title: 'Memory', number: true, wide: true },
  { title: 'Code', number: true, wide: true },
  { title: 'Last call', wide: true },
];

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
        actions={<Controls many={rows.size > 8} text={text} look={setText} order={order} sort={setOrder} />}
      >
        {known ? `${plural(rows.size, 'function')}, ${plural(calls, 'call')} in the last hour` : ''}
      </PageHead>
      {error !== undefined && <p className="problem">{error}</p>}
      <Rows rows={found.slice(0, shownMax)} />
      {found.length > shownMax && (
        <p className="muted">… and {count(found.length - shownMax)} more: look for one by its name.</p>
      )}
    </>
  );
}

function Controls({
  many,
  text,
  look,
  order,
  sort,
}: {
  many: boolean;
  text: string;
  look: (text: string) => void;
  order: Order;
  sort: (order: Order) => void;
}): ReactNode {
  return (
    <>
      {many && (
        <input
          type="search"
          placeholder="Find by name"
          aria-label="Find by name"
          value={text}
          onChange={(event) => look(event.target.value)}
        />
      )}
      <label className="functions-order">
        Sort by{' '}
        <select value={order} onChange={(event) => sort(orderOf(event.target.value))}>
          {Object.entries(orders).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function Rows({ rows }: { rows: readonly FunctionRow[] }): ReactNode {
  const now = useServiceTime();
  const prices = useService()?.prices;
  return (
    <TableFrame label="Functions">
      <table className="functions-table">
        <Headings of={headings} />
        <tbody>
          {rows.map((row) => (
            <Row key={row.name} row={row} now={now} prices={prices} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
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

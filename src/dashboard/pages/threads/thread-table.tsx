import { useMemo, useState, type ReactNode } from 'react';
import type { ThreadRow } from '../../../model/dashboard/threads.ts';
import { hrefOf } from '../../app/router.ts';
import { count, milliseconds } from '../../parts/format.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { useServiceTime } from '../../parts/use-second.ts';
import { ranMs, stateOf, toneOf } from './describe.ts';

type Shown = readonly [id: string, row: ThreadRow];

const filters = ['all', 'queued', 'running', 'failed'] as const;
type Filter = (typeof filters)[number];

function passes(filter: Filter, { end, placedMs }: ThreadRow): boolean {
  if (filter === 'all') return true;
  if (filter === 'failed') return end !== undefined && end !== 'ok';
  return end === undefined && (placedMs === undefined) === (filter === 'queued');
}

/** The same threads in words, with a filter: for who cannot see the picture, and for who looks for one. */
export function ThreadTable({
  job,
  rows,
  selected,
}: {
  readonly job: string;
  readonly rows: ReadonlyMap<string, ThreadRow>;
  readonly selected: string | undefined;
}): ReactNode {
  const [filter, setFilter] = useState<Filter>('all');
  const [text, setText] = useState('');
  const nowMs = useServiceTime();
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const has = ([id, { name, container = '', instance = '' }]: Shown): boolean =>
      [id, name, container, instance].some((part) => part.toLowerCase().includes(wanted));
    return [...rows].filter((each) => passes(filter, each[1]) && (wanted === '' || has(each)));
  }, [rows, filter, text]);
  const columns = columnsOf(job, selected, nowMs);
  return (
    <section className="card threads-table">
      <div className="threads-filter">
        <h2>Threads</h2>
        <input
          type="search"
          aria-label="Find threads"
          placeholder="Name, id or container"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <fieldset aria-label="Which threads" className="threads-which">
          {filters.map((each) => (
            <button key={each} type="button" aria-pressed={filter === each} onClick={() => setFilter(each)}>
              {each}
            </button>
          ))}
        </fieldset>
        <span className="muted small">
          {shown.length === rows.size ? '' : `${count(shown.length)} of ${count(rows.size)}`}
        </span>
      </div>
      <Table label="Threads of the job" columns={columns} rows={shown} keyOf={([id]) => id} heightMax={420} />
    </section>
  );
}

function columnsOf(job: string, selected: string | undefined, nowMs: number): readonly Column<Shown>[] {
  return [
    {
      title: 'Thread',
      cell: ([id, { name }]) => (
        <a href={hrefOf('threads', [job], { thread: id })} aria-current={id === selected ? 'true' : undefined}>
          {name} <span className="mono muted">{id.slice(0, 8)}</span>
        </a>
      ),
    },
    { title: 'State', cell: ([, row]) => <span className={`tag ${toneOf(row)}`}>{stateOf(row)}</span> },
    { title: 'To its container', number: true, cell: ([, { placedMs }]) => timeText(placedMs) },
    { title: 'To code', number: true, cell: ([, { startedMs }]) => timeText(startedMs) },
    { title: 'Ran', number: true, cell: ([, row]) => timeText(ranMs(row, nowMs)) },
    { title: 'Start path', cell: ([, { path }]) => path ?? '' },
    { title: 'Container', cell: ([, { container }]) => <span className="mono">{container ?? ''}</span> },
  ];
}

function timeText(ms: number | undefined): string {
  return ms === undefined ? '' : milliseconds(ms);
}

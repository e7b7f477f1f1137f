import './threads.css';
import { useMemo, type ReactNode } from 'react';
import type { JobRow, ThreadRow } from '../../../model/dashboard/threads.ts';
import { goTo, hrefOf, setQuery, usePlace } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { count, plural } from '../../parts/format.ts';
import { Loading } from '../../parts/loading.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useTopic } from '../../state/use.ts';
import { Jobs } from './jobs.tsx';
import { ThreadCard } from './thread-card.tsx';
import { ThreadTable } from './thread-table.tsx';
import { lanesOf } from './timeline/lanes.ts';
import { Timeline } from './timeline/timeline.tsx';

/** Threads of programs: jobs, and one of them over time. */
export function Threads(): ReactNode {
  const { rest, query } = usePlace();
  const { rows, known } = useTopic<JobRow>('jobs');
  const jobs = useMemo(() => [...rows].toSorted(([, a], [, b]) => b.sequence - a.sequence), [rows]);
  const asked = rest[0];
  const shown = asked ?? jobs[0]?.[0];
  if (known && jobs.length === 0)
    return (
      <>
        <PageHead title="Threads" />
        <EmptyState title="No threads yet" command="heddle run examples/threads/untrusted.ts">
          <p>
            A program starts threads with spawn, remote or map; here is then when each waited, ran and ended, and where.
          </p>
        </EmptyState>
      </>
    );
  return (
    <>
      <PageHead title="Threads">{known ? lineOf(jobs) : ''}</PageHead>
      <div className="stack">
        <Jobs jobs={jobs} shown={shown} />
        {shown !== undefined && (
          <Job
            key={shown}
            job={shown}
            isThere={rows.has(shown) || !known}
            selected={query.get('thread') ?? undefined}
          />
        )}
      </div>
    </>
  );
}

function Job({
  job,
  isThere,
  selected,
}: {
  readonly job: string;
  readonly isThere: boolean;
  readonly selected: string | undefined;
}): ReactNode {
  // Without a name the newest is shown, which may be another one in a moment.
  const isNamed = usePlace().rest.length > 0;
  const { rows, known } = useTopic<ThreadRow>('threads', job);
  const lanes = useMemo(() => lanesOf(rows), [rows]);
  if (!known) return <Loading />;
  if (rows.size === 0) return <EmptyState title={isThere ? 'No threads' : 'This job is not kept any more'} />;
  return (
    <>
      <section className="card threads-timeline">
        <Timeline
          lanes={lanes}
          selected={selected}
          select={(thread) => (isNamed ? setQuery({ thread }) : goTo(hrefOf('threads', [job], { thread })))}
        />
      </section>
      <div className={selected === undefined ? 'stack' : 'threads-beside'}>
        <ThreadTable job={job} rows={rows} selected={selected} />
        {selected !== undefined && <ThreadCard id={selected} row={rows.get(selected)} />}
      </div>
    </>
  );
}

function lineOf(jobs: readonly (readonly [string, JobRow])[]): string {
  const sum = (of: (job: JobRow) => number): number => jobs.reduce((total, [, job]) => total + of(job), 0);
  const running = sum((job) => job.running);
  return `${plural(
    sum((job) => job.threads),
    'thread',
  )} of ${plural(jobs.length, 'job')}${running === 0 ? '' : `, ${count(running)} running`}`;
}

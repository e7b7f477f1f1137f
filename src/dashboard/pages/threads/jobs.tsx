import type { ReactNode } from 'react';
import type { JobRow } from '../../../model/dashboard/threads.ts';
import { hrefOf } from '../../app/router.ts';
import { age, milliseconds, plural } from '../../parts/format.ts';
import { useServiceTime } from '../../parts/use-second.ts';

/** So many are offered; older ones go as new ones come. */
const shownMost = 12;

/** The newest jobs, each a link to its threads. */
export function Jobs({
  jobs,
  shown,
}: {
  readonly jobs: readonly (readonly [string, JobRow])[];
  readonly shown: string | undefined;
}): ReactNode {
  const nowMs = useServiceTime();
  return (
    <nav aria-label="Jobs" className="threads-jobs">
      {jobs.slice(0, shownMost).map(([id, job]) => (
        <a
          key={id}
          className="card threads-job"
          href={hrefOf('threads', [id])}
          aria-current={id === shown ? 'page' : undefined}
        >
          <span className="threads-job-name">{job.name}</span>
          <span className="small muted">{plural(job.threads, 'thread')}</span>
          <span className="small muted">{age(nowMs - job.bornAtMs)} ago</span>
          <State job={job} />
        </a>
      ))}
    </nav>
  );
}

function State({ job: { endedAtMs, bornAtMs, failed, queued, running } }: { readonly job: JobRow }): ReactNode {
  if (failed > 0) return <span className="tag bad">{plural(failed, 'failure')}</span>;
  if (endedAtMs !== undefined) return <span className="tag good">{milliseconds(endedAtMs - bornAtMs)}</span>;
  return (
    <span className="tag info">{queued === 0 ? `${running} running` : `${running} running, ${queued} queued`}</span>
  );
}

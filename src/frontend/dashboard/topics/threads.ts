import type { ThreadRow } from '../../../model/dashboard/threads.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** Jobs of the newest threads of an account, a JobRow each. */
export function openJobs({ threads }: FrontendOptions): Topic {
  return {
    name: 'jobs',
    // Where sessions are.
    over: { at: 'home' },
    keepsRows: true,
    isThere: () => threads !== undefined,
    rows: ({ account }) => new Map(threads?.jobs(account) ?? []),
  };
}

/** The threads of a job, a ThreadRow each. */
export function openThreads({ threads }: FrontendOptions): Topic {
  return {
    name: 'threads',
    ofOne: true,
    over: { at: 'home' },
    keepsRows: true,
    isThere: () => threads !== undefined,
    rows: ({ account }, job) => {
      const rows = new Map<string, ThreadRow>();
      for (const [id, record] of threads?.threads(account, job) ?? []) rows.set(id, record.row());
      return rows;
    },
  };
}

import type { ReactNode } from 'react';
import type { ExecutionRow } from '../../../../model/dashboard/events.ts';

const phases = { ready: 'waits for room', active: 'runs', asleep: 'asleep', elsewhere: 'runs elsewhere' } as const;

/** How an execution stands. */
export function StatusTag({ row: { status, phase } }: { row: Pick<ExecutionRow, 'status' | 'phase'> }): ReactNode {
  if (status === 'RUNNING') return <span className="tag info">{phases[phase]}</span>;
  const tone = status === 'SUCCEEDED' ? 'good' : status === 'STOPPED' ? '' : 'bad';
  return <span className={`tag ${tone}`}>{status.toLowerCase().replace('_', ' ')}</span>;
}

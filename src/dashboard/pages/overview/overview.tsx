import type { ReactNode } from 'react';
import type { InstanceRow } from '../../../model/dashboard/overview.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useTopic } from '../../state/use.ts';

/** The pools at work. */
export function Overview(): ReactNode {
  const { rows, known } = useTopic<InstanceRow>('instances');
  return (
    <>
      <PageHead title="Overview">{known ? `${rows.size} instances` : ''}</PageHead>
      {known && rows.size === 0 && <EmptyState title="No instances" command="heddle deploy examples/hello" />}
      <ul>
        {[...rows].map(([key, row]) => (
          <li key={key}>
            {row.id} {row.state} {row.containers.length} containers
          </li>
        ))}
      </ul>
    </>
  );
}

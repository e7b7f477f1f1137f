import type { ReactNode } from 'react';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useTopic } from '../../state/use.ts';
import { LogView } from './log-view.tsx';

/** What all functions print, as they print it. */
export function Logs(): ReactNode {
  const { rows, known } = useTopic<FunctionRow>('functions');
  return (
    <>
      <PageHead title="Logs">Lines as they are printed, newest at the end</PageHead>
      {known && rows.size === 0 ? (
        <EmptyState title="Nothing can print yet" command="heddle deploy examples/hello">
          <p>What functions print is here as soon as there is one.</p>
        </EmptyState>
      ) : (
        <LogView names={[...rows.keys()]} />
      )}
    </>
  );
}

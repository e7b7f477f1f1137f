import type { ReactNode } from 'react';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';

/** What a function's state is, where that is not as usual. */
export function StateTag({ row: { state, why, durable } }: { row: FunctionRow }): ReactNode {
  return (
    <>
      {state !== 'Active' && (
        <span className={`tag ${state === 'Failed' || state === 'Update failed' ? 'bad' : 'warn'}`} title={why}>
          {state}
        </span>
      )}
      {durable === true && <span className="tag info">durable</span>}
    </>
  );
}

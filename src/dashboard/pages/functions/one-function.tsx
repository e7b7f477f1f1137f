import type { ReactNode } from 'react';
import { hrefOf, usePlace } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { count } from '../../parts/format.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { useTopic } from '../../state/use.ts';
import { LogView } from '../logs/log-view.tsx';
import { CallCharts } from './call-charts.tsx';
import { Configuration } from './configuration.tsx';
import { StateTag } from './state-tag.tsx';
import { TestInvoke } from './test-invoke.tsx';
import { Versions } from './versions.tsx';

/** One function: its calls, a try, its log, its versions, what it is set to. */
export function OneFunction({ name }: { name: string }): ReactNode {
  const { query } = usePlace();
  const { rows, known, error } = useTopic<FunctionRow>('functions', name);
  const row = rows.get(name);
  const tab = query.get('tab') ?? 'calls';
  if (known && row === undefined)
    return (
      <EmptyState title={error ?? `There is no function ${name}`} command={`heddle deploy FOLDER --name ${name}`}>
        <p>
          It was removed, or never deployed with this key. <a href={hrefOf('functions')}>To all functions</a>
        </p>
      </EmptyState>
    );
  const tabs = [
    { name: 'calls', title: 'Calls' },
    { name: 'test', title: 'Test' },
    { name: 'logs', title: 'Logs' },
    { name: 'versions', title: 'Versions', ...(row !== undefined && row.versions > 0 && { count: row.versions }) },
    { name: 'configuration', title: 'Configuration' },
  ];
  return (
    <>
      <nav className="small functions-crumb" aria-label="Where this is">
        <a href={hrefOf('functions')}>Functions</a>
      </nav>
      <PageHead title={name}>
        {row !== undefined && (
          <>
            {row.runtime} · {count(row.memoryMb)} MB <StateTag row={row} />
            <FirstCall row={row} />
          </>
        )}
      </PageHead>
      {row?.why !== undefined && <p className="problem functions-why">{row.why}</p>}
      <Tabs tabs={tabs} shown={tab} />
      {row !== undefined && (
        <div className="stack">
          {tab === 'calls' && <CallCharts row={row} />}
          {tab === 'test' && <TestInvoke row={row} />}
          {tab === 'logs' && <LogView functionName={name} />}
          {tab === 'versions' && <Versions row={row} />}
          {tab === 'configuration' && <Configuration row={row} />}
        </div>
      )}
    </>
  );
}

function FirstCall({ row: { firstCall, notReady } }: { row: FunctionRow }): ReactNode {
  if (firstCall !== undefined)
    return (
      <span className="tag good functions-ready" title="What its next call would find">
        next call: {firstCall}
      </span>
    );
  if (notReady === undefined) return null;
  return (
    <span className="tag warn functions-ready" title={notReady}>
      next call waits
    </span>
  );
}

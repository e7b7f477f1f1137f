import '../../parts/parts.css';
import './events.css';
import type { ReactNode } from 'react';
import { usePlace } from '../../app/router.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Loading } from '../../parts/loading.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import type { EventLineRow, ExecutionRow, QueueRow, ScheduleRow } from '../../../model/dashboard/events.ts';
import { useTopic } from '../../state/use.ts';
import { AsyncLines } from './async-lines.tsx';
import { Executions } from './executions/executions.tsx';
import { OneExecution } from './executions/one-execution.tsx';
import { Queues } from './queues/queues.tsx';
import { Schedules } from './schedules.tsx';

const about = 'What is done later, because something happened';

/** What is done later: queues, schedules, asynchronous invocations, durable executions; each only where there are some. */
export function Events(): ReactNode {
  const { rest, query } = usePlace();
  const queues = useTopic<QueueRow>('queues');
  const schedules = useTopic<ScheduleRow>('schedules');
  const lines = useTopic<EventLineRow>('events');
  const executions = useTopic<ExecutionRow>('executions');
  const [kind, arn] = rest;
  if (kind === 'execution' && arn !== undefined) return <OneExecution arn={arn} row={executions.rows.get(arn)} />;
  const topics = { queues, schedules, lines, executions };
  const tabs = [
    { name: 'queues', title: 'Queues', count: queues.rows.size },
    { name: 'schedules', title: 'Schedules', count: schedules.rows.size },
    { name: 'lines', title: 'Asynchronous calls', count: lines.rows.size },
    { name: 'executions', title: 'Durable executions', count: executions.rows.size },
  ].filter(({ count }) => count > 0);
  const shown = tabs.find(({ name }) => name === query.get('tab'))?.name ?? tabs[0]?.name;
  const all = Object.values(topics);
  const error = all.find((topic) => topic.error !== undefined)?.error;
  if (!all.every(({ known }) => known))
    return (
      <>
        <PageHead title="Events">{about}</PageHead>
        <Loading />
      </>
    );
  return (
    <>
      <PageHead title="Events">{about}</PageHead>
      {error !== undefined && <p className="problem">{error}</p>}
      {tabs.length > 0 && <Tabs tabs={tabs} shown={shown ?? ''} />}
      {tabs.length === 0 && (
        <EmptyState
          title="Nothing waits"
          command={
            'heddle invoke hello --event\nheddle queue create jobs\nheddle schedule set nightly hello --every 1h'
          }
        >
          <p>Asynchronous calls, queues, schedules and durable executions are here as soon as there is one.</p>
        </EmptyState>
      )}
      {shown === 'queues' && <Queues rows={[...queues.rows.values()]} />}
      {shown === 'schedules' && <Schedules rows={[...schedules.rows.values()]} />}
      {shown === 'lines' && <AsyncLines rows={[...lines.rows.values()]} />}
      {shown === 'executions' && <Executions rows={[...executions.rows.values()]} />}
    </>
  );
}

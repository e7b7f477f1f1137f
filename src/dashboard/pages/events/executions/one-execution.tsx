import type { ReactNode } from 'react';
import { Pre } from '../../../parts/scrolling.tsx';
import { hrefOf } from '../../../app/router.ts';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { PageHead } from '../../../parts/page-head.tsx';
import { span, timeOf } from '../../../parts/times.ts';
import { useServiceTime } from '../../../parts/use-second.ts';
import type { ExecutionRow } from '../../../../model/dashboard/events.ts';
import { useRead } from '../../../state/use-read.ts';
import { useAsk } from '../../../state/use.ts';
import type { Ask } from '../queues/sqs.ts';
import { toldBy, type HistoryWire } from './history.ts';
import { StatusTag } from './status-tag.tsx';
import { Timeline } from './timeline.tsx';

/** So many events of a history are read. */
const eventsMax = 5_000;

interface Found {
  readonly name: string;
  readonly input: string;
  readonly result: string;
  readonly error: string;
  readonly events: readonly HistoryWire[];
}

async function readExecution(ask: Ask, arn: string, signal: AbortSignal): Promise<Found> {
  const path = `/2025-12-01/durable-executions/${encodeURIComponent(arn)}`;
  const whole = Object(await (await ask({ path, signal })).json());
  const events: HistoryWire[] = [];
  let Marker = '';
  do {
    const query = { IncludeExecutionData: 'true', MaxItems: '500', ...(Marker !== '' && { Marker }) };
    const page = Object(await (await ask({ path: `${path}/history`, query, signal })).json());
    events.push(...page.Events);
    Marker = page.NextMarker ?? '';
  } while (Marker !== '' && events.length < eventsMax);
  return {
    name: String(whole.DurableExecutionName),
    input: String(whole.InputPayload ?? ''),
    result: String(whole.Result ?? ''),
    error: String(whole.Error?.ErrorMessage ?? ''),
    events,
  };
}

/** One durable execution: its steps over time, what it was given and what came of it. */
export function OneExecution({ arn, row }: { arn: string; row: ExecutionRow | undefined }): ReactNode {
  const now = useServiceTime();
  const ask = useAsk();
  // Its history is read anew when there is more of it.
  const { found, error } = useRead(`${arn} ${row?.events ?? 0} ${row?.status ?? ''}`, (signal) =>
    readExecution(ask, arn, signal),
  );
  const back = hrefOf('events', [], { tab: 'executions' });
  if (error !== '' && found === undefined)
    return (
      <EmptyState title="This execution cannot be shown">
        <p>{error}</p>
        <p>
          <a href={back}>To all durable executions</a>
        </p>
      </EmptyState>
    );
  return (
    <>
      <nav className="small functions-crumb" aria-label="Where this is">
        <a href={back}>Durable executions</a>
      </nav>
      <PageHead title={row?.name ?? found?.name ?? '…'}>
        {row !== undefined && (
          <>
            <StatusTag row={row} /> {row.of ?? 'a program'}, began {timeOf(row.startedAt, now)}, took{' '}
            {span((row.endedAt ?? now) - row.startedAt)}
          </>
        )}
      </PageHead>
      {found !== undefined && (
        <div className="stack">
          <Timeline told={toldBy(found.events)} from={row?.startedAt} until={row?.endedAt ?? now} now={now} />
          <div className="columns">
            <Payload title="Given" text={found.input} />
            {found.error === '' ? (
              found.result !== '' && <Payload title="Came of it" text={found.result} />
            ) : (
              <Payload title="Failed with" text={found.error} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Payload({ title, text }: { title: string; text: string }): ReactNode {
  if (text === '') return null;
  return (
    <section className="card">
      <h2>{title}</h2>
      <Pre label={title} className="events-payload">
        {text}
      </Pre>
    </section>
  );
}

import { useEffect, useState, type ReactNode } from 'react';
import type { ThreadDetail, ThreadRow } from '../../../model/dashboard/threads.ts';
import { bytes, count, milliseconds } from '../../parts/format.ts';
import { useAsk } from '../../state/use.ts';
import { stateOf, toneOf } from './describe.ts';

/** One thread in full: asked for when it is selected, and again when something has changed. */
export function ThreadCard({ id, row }: { readonly id: string; readonly row: ThreadRow | undefined }): ReactNode {
  const ask = useAsk();
  const [detail, setDetail] = useState<ThreadDetail>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const left = new AbortController();
    const read = async (): Promise<void> => {
      const response = await ask({ path: `/heddle/v1/threads/${encodeURIComponent(id)}`, signal: left.signal });
      setDetail(await response.json());
      setProblem('');
    };
    read().catch((error: unknown) => {
      if (!left.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => left.abort();
    // The row is another one whenever something has happened to the thread.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, row]);
  if (problem !== '') return <section className="card problem">{problem}</section>;
  if (detail?.id !== id) return <section className="card threads-card muted">…</section>;
  return (
    <section className="card threads-card" aria-label="The selected thread">
      <h2>
        {detail.name} <span className={`tag ${toneOf(detail)}`}>{stateOf(detail)}</span>
      </h2>
      <Facts detail={detail} />
      {detail.error !== undefined && <Failure error={detail.error} />}
      {detail.log !== '' && (
        <>
          <h3>The end of what it printed</h3>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
          <pre className="threads-text" tabIndex={0}>
            {detail.log}
          </pre>
        </>
      )}
      <p className="small muted">Where each millisecond went:</p>
      <code className="command">heddle trace {detail.id}</code>
    </section>
  );
}

function Facts({ detail }: { readonly detail: ThreadDetail }): ReactNode {
  const { placedMs, startedMs, endedMs, path, container, instance, host, waits = [] } = detail;
  const facts: (readonly [string, ReactNode])[] = [
    ['Ordered', new Date(detail.bornAtMs).toISOString().slice(11, 23)],
    ['To its container', placedMs === undefined ? 'it waits' : milliseconds(placedMs)],
    [
      'To its first line',
      startedMs === undefined ? '' : `${milliseconds(startedMs)}${path === undefined ? '' : `, ${path}`}`,
    ],
    ['Ran', startedMs === undefined || endedMs === undefined ? '' : milliseconds(endedMs - startedMs)],
    [
      'Container',
      container === undefined ? '' : `${container} of ${instance}${host === undefined ? '' : ` on ${host}`}`,
    ],
    ['Arguments', bytes(detail.argumentBytes)],
    ['Result', detail.end === 'ok' ? bytes(detail.resultBytes) : ''],
    [
      'Messages',
      detail.messagesTo + detail.messagesFrom === 0
        ? ''
        : `${count(detail.messagesTo)} to it, ${count(detail.messagesFrom)} from it`,
    ],
    ['Processor', detail.cpuMs === undefined ? '' : milliseconds(detail.cpuMs)],
    [
      'Memory',
      detail.memoryPeakMb === undefined || detail.memoryPeakMb === 0
        ? `of ${count(detail.memoryMb)} MB`
        : `${count(detail.memoryPeakMb)} of ${count(detail.memoryMb)} MB`,
    ],
    ['Runtime', detail.runtime],
    ['Started by', detail.parent ?? ''],
    ['Trace', detail.traceId ?? ''],
    ...waits.map(([what, fromMs, toMs]): readonly [string, ReactNode] => [
      `Waited for ${what}`,
      toMs === undefined ? 'it still does' : milliseconds(toMs - fromMs),
    ]),
  ];
  return (
    <dl className="threads-facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value], n) => (
          // Of several waits for the same thing each is told.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={`${name} ${n}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Failure({
  error: { type, message, trace },
}: {
  readonly error: NonNullable<ThreadDetail['error']>;
}): ReactNode {
  return (
    <>
      <h3>Why it failed</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <pre className="threads-text problem" tabIndex={0}>
        {trace.length > 0 ? trace.join('\n') : `${type}: ${message}`}
      </pre>
    </>
  );
}

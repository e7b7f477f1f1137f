import type { ReactNode } from 'react';
import { milliseconds } from '../../../parts/format.ts';
import { Pre } from '../../../parts/scrolling.tsx';
import type { Told } from './history.ts';

/** So many operations are drawn. */
const shownMax = 500;
/** Characters that are shown of what came of an operation before somebody wants all. */
const shortMax = 32;

/** Operations of an execution over its time: a bar each, with its attempts that failed, and what came of it. */
export function Timeline({
  told,
  from = told[0]?.startedAt ?? 0,
  until,
  now,
}: {
  told: readonly Told[];
  from: number | undefined;
  until: number;
  now: number;
}): ReactNode {
  const length = Math.max(1, until - from, ...told.map(({ endedAt = 0 }) => endedAt - from));
  const place = (at: number): number => Math.min(100, Math.max(0, (100 * (at - from)) / length));
  const ticks = ticksOf(length);
  if (told.length === 0) return <p className="muted">It has not begun a step yet.</p>;
  return (
    <section className="card" aria-label="Timeline">
      <div className="events-axis" aria-hidden="true">
        <span />
        <div>
          {ticks.map((ms) => (
            <span key={ms} style={{ left: `${(100 * ms) / length}%` }}>
              {milliseconds(ms)}
            </span>
          ))}
        </div>
      </div>
      <ol className="events-timeline">
        {told.slice(0, shownMax).map((one) => {
          const { id, name, kind, depth, startedAt, endedAt, outcome, failures, words } = one;
          const [left, right] = [place(startedAt), place(endedAt ?? now)];
          const tookMs = Math.max(0, (endedAt ?? now) - startedAt);
          return (
            <li key={id}>
              <div className="events-operation" style={{ paddingLeft: `${Math.min(depth, 8) * 14}px` }}>
                <span
                  className={outcome === 'failed' ? 'tone-bad' : outcome === 'done' ? 'tone-good' : ''}
                  aria-hidden="true"
                >
                  {{ running: '…', done: '✓', failed: '✗' }[outcome]}
                </span>{' '}
                <b>{name === '' ? kind : name}</b> {name !== '' && <span className="muted small">{kind}</span>}
                <span className="visually-hidden">{outcome}</span>
              </div>
              <div className="events-track">
                <span
                  className={`events-span events-span-${outcome}${kind === 'wait' ? ' events-span-wait' : ''}`}
                  style={{ left: `${left}%`, width: `max(3px, ${right - left}%)` }}
                />
                {failures.map((at) => (
                  <span
                    key={at}
                    className="events-failure"
                    style={{ left: `${place(at)}%` }}
                    title="An attempt failed"
                  />
                ))}
              </div>
              <div className="events-words small">
                <span className="nowrap">{milliseconds(tookMs)}</span>
                {failures.length > 0 && <span className="tone-bad nowrap">{failures.length + 1} attempts</span>}
                <Words text={words} />
              </div>
            </li>
          );
        })}
      </ol>
      {told.length > shownMax && <p className="muted">… and {told.length - shownMax} more.</p>}
    </section>
  );
}

/** What came of an operation: as much as there is room for, and all of it when it is opened. */
function Words({ text }: { text: string }): ReactNode {
  if (text.length <= shortMax) return <span className="muted">{text}</span>;
  return (
    <details className="events-value muted">
      <summary className="ellipsis">{text.slice(0, shortMax)}…</summary>
      <Pre label="What came of it">{text}</Pre>
    </details>
  );
}

/** Round spans, four or so. */
function ticksOf(length: number): readonly number[] {
  const rough = length / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step);
}

import './timeline.css';
import { useCallback, useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import { useShared } from '../../../state/use.ts';
import { describeThread } from '../describe.ts';
import { useDrag, useWheel } from './gestures.ts';
import { stepped, standingOf } from './keys.ts';
import { barAt, type Bar, type Lanes } from './lanes.ts';
import { Legend } from './legend.tsx';
import { laneAt, measures, topsOf } from './measures.ts';
import { showing, type Span, wholeOf } from './span.ts';
import { Painter } from './painter.ts';
import { type Seen, useSpan } from './use-span.ts';

/** A thread this many pixels away is hit all the same. */
const nearby = 4;
/** It is at most so high; more lanes scroll. */
const heightMost = 420;

interface TimelineProps {
  readonly lanes: Lanes;
  readonly selected: string | undefined;
  readonly select: (id: string) => void;
}

/** A job's threads by instance and container, over time: drawn, to be zoomed, moved and gone through with mouse, fingers or keys. */
export function Timeline({ lanes, selected, select }: TimelineProps): ReactNode {
  const { store } = useShared();
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const help = useId();
  const { tops, height } = useMemo(() => topsOf(lanes.lanes), [lanes]);
  const nowAt = useCallback(() => Date.now() + store.aheadMs - lanes.originMs, [store, lanes.originMs]);
  const endAt = useCallback(() => (lanes.live ? Math.max(lanes.endAt, nowAt()) : lanes.endAt), [lanes, nowAt]);

  const seen = useSpan(endAt);
  const { span, setSpan, zoom, pan } = seen;
  const [painter] = useState(() => new Painter());
  useEffect(() => {
    if (canvas.current === null || frame.current === null) return undefined;
    return painter.attach(canvas.current, frame.current);
  }, [painter]);
  useEffect(() => painter.paint({ lanes, tops, span, selected, nowAt, endAt }));
  useWheel(frame, zoom, pan);

  /** Selects it, and has it seen. */
  const goTo = (bar: Bar | undefined): void => {
    if (bar === undefined) return;
    select(bar.id);
    setSpan((before) => before && showing(before, bar.fromAt, bar.toAt ?? nowAt(), endAt()));
    const at = standingOf(lanes.lanes, bar.id);
    const top = at === undefined ? undefined : tops[at.lane];
    if (top === undefined || frame.current === null) return;
    const { scrollTop, clientHeight } = frame.current;
    const room = clientHeight - measures.axis - measures.queue - measures.lane;
    if (top < scrollTop) frame.current.scrollTop = Math.max(0, top - measures.head);
    else if (top > scrollTop + room) frame.current.scrollTop = top - room;
  };

  const hit = (event: React.PointerEvent): Bar | undefined =>
    frame.current === null
      ? undefined
      : barUnder(event, frame.current, { lanes, tops, span: span ?? wholeOf(endAt()) });

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(Arrow|Home$|End$)/.test(event.key)) {
      if (event.shiftKey) pan(event.key === 'ArrowLeft' ? -0.2 : event.key === 'ArrowRight' ? 0.2 : 0);
      else goTo(stepped(lanes.lanes, selected, event.key));
    } else if (event.key === '+' || event.key === '=') zoom(0.5);
    else if (event.key === '-') zoom(2);
    else if (event.key === '0') setSpan(undefined);
    else return;
    event.preventDefault();
  };

  const drag = useDrag(frame, pan, (event) => goTo(hit(event)));
  const top = measures.axis + measures.queue;
  const said = selected === undefined ? undefined : barOf(lanes, selected);
  return (
    <div className="timeline">
      <Tools seen={seen} />
      {/* Drawn, and gone through with keys: the table below says the same in words. */}
      <div className="timeline-picture">
        <canvas ref={canvas} className="timeline-canvas" />
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application takes keys and pointers */}
        <div
          ref={frame}
          className="timeline-frame"
          role="application"
          aria-roledescription="timeline"
          aria-label="Threads by instance and container over time"
          aria-describedby={help}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- an application takes keys
          tabIndex={0}
          style={{ height: Math.min(heightMost, top + height + 8) }}
          onScroll={(event) => painter.scrolledTo(event.currentTarget.scrollTop)}
          onKeyDown={onKeyDown}
          {...drag}
        >
          <div style={{ height: top + height }} />
        </div>
      </div>
      <p id={help} className="muted small">
        Arrow keys go from thread to thread, + and − zoom, 0 shows all; drag to move, Ctrl and the wheel to zoom.
      </p>
      <p className="visually-hidden" aria-live="polite">
        {said === undefined ? '' : describeThread(said.row)}
      </p>
    </div>
  );
}

function Tools({ seen: { span, setSpan, zoom } }: { readonly seen: Seen }): ReactNode {
  return (
    <div className="timeline-tools">
      <button type="button" aria-label="Closer" title="Closer (+)" onClick={() => zoom(0.5)}>
        +
      </button>
      <button
        type="button"
        aria-label="Farther"
        title="Farther (−)"
        onClick={() => zoom(2)}
        disabled={span === undefined}
      >
        −
      </button>
      <button type="button" title="Show all of it (0)" onClick={() => setSpan(undefined)} disabled={span === undefined}>
        Whole job
      </button>
      <Legend />
    </div>
  );
}

/** The thread that a pointer is at. */
function barUnder(
  event: { readonly clientX: number; readonly clientY: number },
  frame: HTMLDivElement,
  { lanes, tops, span }: { readonly lanes: Lanes; readonly tops: readonly number[]; readonly span: Span },
): Bar | undefined {
  const box = frame.getBoundingClientRect();
  const below = event.clientY - box.top - measures.axis - measures.queue;
  if (below < 0) return undefined;
  const perPixel = (span.to - span.from) / frame.clientWidth;
  const lane = lanes.lanes[laneAt(tops, below + frame.scrollTop)];
  return lane && barAt(lane.bars, span.from + (event.clientX - box.left) * perPixel, nearby * perPixel);
}

function barOf({ lanes }: Lanes, id: string): Bar | undefined {
  const at = standingOf(lanes, id);
  return at === undefined ? undefined : lanes[at.lane]?.bars[at.bar];
}

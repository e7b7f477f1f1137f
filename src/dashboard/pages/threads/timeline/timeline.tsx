import './timeline.css';
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { onTheme } from '../../../app/theme.ts';
import { useShared } from '../../../state/use.ts';
import { describeThread } from '../describe.ts';
import { coloursNow } from './colours.ts';
import { draw } from './draw.ts';
import { stepped, standingOf } from './keys.ts';
import { barAt, type Bar, type Lanes } from './lanes.ts';
import { laneAt, measures, topsOf } from './measures.ts';
import { panned, showing, type Span, wholeOf, zoomed } from './span.ts';

/** How often what goes on is drawn anew, ms. */
const liveMs = 100;
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
  // Undefined: all of it, however long it gets.
  const [span, setSpan] = useState<Span>();
  const { tops, height } = useMemo(() => topsOf(lanes.lanes), [lanes]);
  const nowAt = useCallback(() => Date.now() + store.aheadMs - lanes.originMs, [store, lanes.originMs]);
  const endAt = useCallback(() => (lanes.live ? Math.max(lanes.endAt, nowAt()) : lanes.endAt), [lanes, nowAt]);

  const paint = useCallback(() => {
    const { current: target } = canvas;
    const { current: scrolled } = frame;
    const context = target?.getContext('2d');
    if (target === null || scrolled === null || context === null || context === undefined) return;
    const { clientWidth: width, clientHeight: high } = scrolled;
    const scale = devicePixelRatio;
    if (target.width !== Math.round(width * scale)) target.width = Math.round(width * scale);
    if (target.height !== Math.round(high * scale)) target.height = Math.round(high * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    draw(context, {
      lanes,
      tops,
      span: span ?? wholeOf(endAt()),
      nowAt: nowAt(),
      scrollY: scrolled.scrollTop,
      width,
      height: high,
      selected,
      colours: coloursNow(),
    });
  }, [lanes, tops, span, selected, nowAt, endAt]);

  useLayoutEffect(paint, [paint]);
  useEffect(() => {
    const stop = onTheme(paint);
    const resized = new ResizeObserver(paint);
    if (frame.current !== null) resized.observe(frame.current);
    const timer = lanes.live ? setInterval(paint, liveMs) : undefined;
    return () => {
      stop();
      resized.disconnect();
      clearInterval(timer);
    };
  }, [paint, lanes.live]);

  const zoom = useCallback(
    (factor: number, place = 0.5) => {
      const end = endAt();
      setSpan((before) => zoomed(before ?? wholeOf(end), factor, place, end));
    },
    [endAt],
  );
  const pan = useCallback(
    (share: number) => {
      const end = endAt();
      setSpan((before) => (before === undefined ? undefined : panned(before, share, end)));
    },
    [endAt],
  );
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

  const at = (event: { readonly clientX: number; readonly clientY: number }): Bar | undefined => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || frame.current === null) return undefined;
    const y = event.clientY - box.top - measures.axis - measures.queue + frame.current.scrollTop;
    if (event.clientY - box.top < measures.axis + measures.queue) return undefined;
    const seen = span ?? wholeOf(endAt());
    const perPixel = (seen.to - seen.from) / frame.current.clientWidth;
    const lane = lanes.lanes[laneAt(tops, y)];
    return lane && barAt(lane.bars, seen.from + (event.clientX - box.left) * perPixel, nearby * perPixel);
  };

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

  const drag = useDrag(frame, pan, (event) => goTo(at(event)));
  const top = measures.axis + measures.queue;
  const said = selected === undefined ? undefined : barOf(lanes, selected);
  return (
    <div className="timeline">
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
        <button
          type="button"
          title="Show all of it (0)"
          onClick={() => setSpan(undefined)}
          disabled={span === undefined}
        >
          Whole job
        </button>
        <Legend />
      </div>
      {/* Drawn, and gone through with keys: the table below says the same in words. */}
      <div className="timeline-picture">
        <canvas ref={canvas} className="timeline-canvas" />
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
          onScroll={paint}
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

function barOf({ lanes }: Lanes, id: string): Bar | undefined {
  const at = standingOf(lanes, id);
  return at === undefined ? undefined : lanes[at.lane]?.bars[at.bar];
}

/** React's wheel events cannot keep the page from scrolling. */
function useWheel(
  frame: React.RefObject<HTMLDivElement | null>,
  zoom: (factor: number, place: number) => void,
  pan: (share: number) => void,
): void {
  useEffect(() => {
    const { current: target } = frame;
    if (target === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        const box = target.getBoundingClientRect();
        zoom(1.0025 ** event.deltaY, (event.clientX - box.left) / box.width);
      } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) pan(sideways / target.clientWidth);
      else return;
      event.preventDefault();
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => target.removeEventListener('wheel', onWheel);
  }, [frame, zoom, pan]);
}

/** A press that moves drags; one that does not is a click. */
function useDrag(
  frame: React.RefObject<HTMLDivElement | null>,
  pan: (share: number) => void,
  click: (event: React.PointerEvent) => void,
): Pick<React.DOMAttributes<HTMLDivElement>, 'onPointerDown' | 'onPointerMove' | 'onPointerUp'> {
  const pressed = useRef<{ x: number; moved: boolean }>(undefined);
  return {
    onPointerDown: (event) => {
      if (event.button === 0) pressed.current = { x: event.clientX, moved: false };
    },
    onPointerMove: (event) => {
      const { current: from } = pressed;
      if (from === undefined || frame.current === null) return;
      const by = event.clientX - from.x;
      if (!from.moved && Math.abs(by) < 4) return;
      if (!from.moved) frame.current.setPointerCapture(event.pointerId);
      pan(-by / frame.current.clientWidth);
      pressed.current = { x: event.clientX, moved: true };
    },
    onPointerUp: (event) => {
      if (pressed.current?.moved === false) click(event);
      pressed.current = undefined;
    },
  };
}

function Legend(): ReactNode {
  const kinds = ['queued', 'loading', 'running', 'ended', 'failed', 'waiting'] as const;
  const words = {
    queued: 'queued',
    loading: 'starting',
    running: 'running',
    ended: 'ended',
    failed: 'failed',
    waiting: 'waits for a lock',
  };
  return (
    <ul className="timeline-legend small muted">
      {kinds.map((kind) => (
        <li key={kind}>
          <span className={`timeline-key timeline-${kind}`} />
          {words[kind]}
        </li>
      ))}
    </ul>
  );
}

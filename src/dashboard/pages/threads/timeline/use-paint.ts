import { useCallback, useEffect, useLayoutEffect } from 'react';
import { onTheme } from '../../../app/theme.ts';
import { coloursNow } from './colours.ts';
import { draw } from './draw.ts';
import type { Lanes } from './lanes.ts';
import { type Span, wholeOf } from './span.ts';

/** How often what goes on is drawn anew, ms. */
const liveMs = 100;

interface Painted {
  readonly lanes: Lanes;
  readonly tops: readonly number[];
  readonly span: Span | undefined;
  readonly selected: string | undefined;
  readonly nowAt: () => number;
  readonly endAt: () => number;
}

/** Draws a job, and anew when something has changed: it, what is seen of it, the theme, or the size. Gives how to draw it now. */
export function usePaint(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  frame: React.RefObject<HTMLDivElement | null>,
  { lanes, tops, span, selected, nowAt, endAt }: Painted,
): () => void {
  const paint = useCallback(() => {
    const { current: target } = canvas;
    const { current: scrolled } = frame;
    if (target === null || scrolled === null) return;
    paintOn(target, scrolled, { lanes, tops, span, selected, nowAt, endAt });
  }, [canvas, frame, lanes, tops, span, selected, nowAt, endAt]);
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
  }, [paint, frame, lanes.live]);
  return paint;
}

function paintOn(
  target: HTMLCanvasElement,
  { clientWidth: width, clientHeight: height, scrollTop: scrollY }: HTMLDivElement,
  { lanes, tops, span, selected, nowAt, endAt }: Painted,
): void {
  const context = target.getContext('2d');
  if (context === null) return;
  const scale = devicePixelRatio;
  if (target.width !== Math.round(width * scale)) target.width = Math.round(width * scale);
  if (target.height !== Math.round(height * scale)) target.height = Math.round(height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const [seen, now] = [span ?? wholeOf(endAt()), nowAt()];
  draw(context, { lanes, tops, span: seen, nowAt: now, scrollY, width, height, selected, colours: coloursNow() });
}

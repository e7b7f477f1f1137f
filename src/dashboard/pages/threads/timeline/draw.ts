import { inkOn } from '../../../parts/colours.ts';
import { count } from '../../../parts/format.ts';
import type { Colours } from './colours.ts';
import { type Bar, firstFrom, type Lane, type Lanes } from './lanes.ts';
import { measures } from './measures.ts';
import { type Span, tickText, ticksOf } from './span.ts';

/** What is drawn, and where. */
export interface Picture {
  readonly lanes: Lanes;
  readonly tops: readonly number[];
  readonly span: Span;
  /** Since the job's beginning: how far it is, where it goes on. */
  readonly nowAt: number;
  /** How far it is scrolled down. */
  readonly scrollY: number;
  readonly width: number;
  readonly height: number;
  readonly selected: string | undefined;
  readonly colours: Colours;
}

type Canvas = CanvasRenderingContext2D;

/** Draws a job: only what can be seen of it, so that it takes as long for ten thousand threads as for a hundred. */
export function draw(canvas: Canvas, picture: Picture): void {
  const { width, height, colours, lanes, tops, scrollY } = picture;
  canvas.clearRect(0, 0, width, height);
  canvas.font = '11px ui-sans-serif, system-ui, sans-serif';
  canvas.textBaseline = 'middle';
  drawAxis(canvas, picture);
  drawQueue(canvas, picture);
  const top = measures.axis + measures.queue;
  canvas.save();
  canvas.beginPath();
  canvas.rect(0, top, width, height - top);
  canvas.clip();
  lanes.lanes.forEach((lane, n) => {
    const y = top + (tops[n] ?? 0) - scrollY;
    if (y > height || y < top - measures.lane - measures.head) return;
    if (lane.first) drawHead(canvas, lane, y - measures.head, colours);
    drawLane(canvas, picture, lane, y);
  });
  canvas.restore();
}

function xOf({ span, width }: Picture, at: number): number {
  return ((at - span.from) / (span.to - span.from)) * width;
}

function drawAxis(canvas: Canvas, picture: Picture): void {
  const { width, height, colours, span } = picture;
  const { at, step } = ticksOf(span, width / 90);
  for (const tick of at) {
    const x = Math.round(xOf(picture, tick)) + 0.5;
    canvas.fillStyle = colours.line;
    canvas.fillRect(x, measures.axis, 1, height);
    canvas.fillStyle = colours.muted;
    const text = tickText(tick, step);
    if (x + 4 + canvas.measureText(text).width < width) canvas.fillText(text, x + 4, measures.axis / 2);
  }
}

/** How many threads wait for a container. */
function drawQueue(canvas: Canvas, picture: Picture): void {
  const { colours, lanes, nowAt, width } = picture;
  const { waiting, waitingMost } = lanes;
  const base = measures.axis + measures.queue - 6;
  canvas.fillStyle = colours.line;
  canvas.fillRect(0, base, width, 1);
  if (waitingMost === 0) return;
  const high = measures.queue - 24;
  canvas.fillStyle = colours.queued;
  canvas.beginPath();
  canvas.moveTo(xOf(picture, waiting[0]?.at ?? 0), base);
  let [y, last] = [base, -Infinity];
  for (const { at, count: many } of waiting) {
    const x = xOf(picture, at);
    // Of many in one pixel the most are drawn.
    const next = base - (many / waitingMost) * high;
    if (x - last < 1 && next > y) continue;
    canvas.lineTo(x, y);
    canvas.lineTo(x, next);
    [y, last] = [next, x];
    if (x > width) break;
  }
  // What is over has nobody who waits.
  if (!lanes.live) y = base;
  const end = lanes.live ? xOf(picture, nowAt) : last;
  canvas.lineTo(end, y);
  canvas.lineTo(end, base);
  canvas.fill();
  canvas.fillStyle = colours.muted;
  canvas.fillText(`waiting for a container: at most ${count(waitingMost)} at once`, 4, measures.axis + 9);
}

function drawHead(canvas: Canvas, { instance, host }: Lane, y: number, colours: Colours): void {
  canvas.fillStyle = colours.muted;
  canvas.fillText(host === undefined ? instance : `${instance} on ${host}`, 4, y + measures.head / 2 + 2);
}

function drawLane(canvas: Canvas, picture: Picture, { bars }: Lane, y: number): void {
  const { colours, span, width, selected } = picture;
  canvas.fillStyle = colours.surface2;
  canvas.fillRect(0, y + measures.lane - measures.bar, width, measures.bar);
  let drawnTo = -1;
  let drawnFailed = false;
  for (let n = firstFrom(bars, span.from); n < bars.length; n++) {
    const bar = bars[n];
    if (bar === undefined || bar.fromAt > span.to) break;
    const from = xOf(picture, bar.fromAt);
    const to = Math.max(xOf(picture, bar.toAt ?? picture.nowAt), from + measures.barLeast);
    // Of many in one pixel one is drawn; a failed one is always seen.
    const failed = isFailed(bar);
    if (to <= drawnTo && bar.id !== selected && (!failed || drawnFailed)) continue;
    drawBar(canvas, picture, bar, from, to, y + measures.lane - measures.bar);
    drawnFailed = failed && to <= Math.floor(drawnTo + 1);
    drawnTo = Math.max(drawnTo, Math.floor(to));
  }
}

export function isFailed({ row: { end } }: Bar): boolean {
  return end !== undefined && end !== 'ok';
}

function drawBar(canvas: Canvas, picture: Picture, bar: Bar, from: number, to: number, y: number): void {
  const { colours, selected } = picture;
  const high = measures.bar;
  // Bars that touch are told apart by a line, where there is room for one.
  const right = to - from > 4 ? to - 1 : to;
  const started = bar.startedAt === undefined ? right : Math.min(xOf(picture, bar.startedAt), right);
  canvas.fillStyle = colours.loading;
  if (started > from) canvas.fillRect(from, y, started - from, high);
  const fill = bar.toAt === undefined ? colours.running : isFailed(bar) ? colours.failed : colours.ended;
  canvas.fillStyle = fill;
  if (isFailed(bar) && bar.startedAt === undefined) canvas.fillRect(from, y, right - from, high);
  else if (right > started) canvas.fillRect(started, y, right - started, high);
  drawWaits(canvas, picture, bar, y);
  if (to - from > measures.messages) drawMessages(canvas, picture, bar, y);
  const [nameFrom, nameTo] = [Math.max(started, 0), Math.min(to, picture.width)];
  if (nameTo - nameFrom > measures.name) drawName(canvas, bar, fill, nameFrom, nameTo, y);
  if (bar.id !== selected) return;
  canvas.strokeStyle = colours.accent;
  canvas.lineWidth = 2;
  canvas.strokeRect(from - 1, y - 1, Math.max(right - from, 2) + 2, high + 2);
  const ordered = xOf(picture, bar.orderedAt);
  canvas.fillStyle = colours.accent;
  canvas.fillRect(ordered, y + high / 2 - 1, Math.max(0, from - 1 - ordered), 2);
}

/** What it waited for stands in its lower half. */
function drawWaits(canvas: Canvas, picture: Picture, { orderedAt, row, toAt }: Bar, y: number): void {
  canvas.fillStyle = picture.colours.waiting;
  for (const [, fromMs, toMs] of row.waits ?? []) {
    const from = xOf(picture, orderedAt + fromMs);
    const to = xOf(picture, toMs === undefined ? (toAt ?? picture.nowAt) : orderedAt + toMs);
    canvas.fillRect(from, y + measures.bar / 2, Math.max(to - from, 1), measures.bar / 2);
  }
}

/** Messages to it hang from above, those from it stand below. */
function drawMessages(canvas: Canvas, picture: Picture, { orderedAt, row }: Bar, y: number): void {
  canvas.fillStyle = picture.colours.text;
  for (const ms of row.to ?? []) canvas.fillRect(xOf(picture, orderedAt + ms), y, 1, 5);
  for (const ms of row.from ?? []) canvas.fillRect(xOf(picture, orderedAt + ms), y + measures.bar - 5, 1, 5);
}

function drawName(canvas: Canvas, { row }: Bar, on: string, from: number, to: number, y: number): void {
  canvas.save();
  canvas.beginPath();
  canvas.rect(from, y, to - from - 4, measures.bar);
  canvas.clip();
  canvas.fillStyle = inkOn(on);
  canvas.fillText(row.name, from + 4, y + measures.bar / 2 + 1);
  canvas.restore();
}

import { onTheme } from '../../../app/theme.ts';
import { coloursNow } from './colours.ts';
import { draw } from './draw.ts';
import type { Lanes } from './lanes.ts';
import { type Span, wholeOf } from './span.ts';

/** How often what goes on is drawn anew, ms. */
const liveMs = 100;

/** What is drawn. */
export interface Painted {
  readonly lanes: Lanes;
  readonly tops: readonly number[];
  /** Undefined: all of it. */
  readonly span: Span | undefined;
  readonly selected: string | undefined;
  readonly nowAt: () => number;
  readonly endAt: () => number;
}

/**
 * Draws a job on a canvas, at most once for each picture of the browser. How large the place is and how far it is scrolled is told by the browser, and remembered: to
 * ask for it has it lay out the page.
 */
export class Painter {
  #canvas: HTMLCanvasElement | undefined;
  #painted: Painted | undefined;
  #size = { width: 0, height: 0 };
  #scrollY = 0;
  #asked: number | undefined;

  /** Draws on `canvas`, which lies behind `frame`, from now on. Gives how to stop. */
  attach(canvas: HTMLCanvasElement, frame: HTMLElement): () => void {
    this.#canvas = canvas;
    const stopTheme = onTheme(() => this.#ask());
    const resized = new ResizeObserver(() => {
      this.#size = { width: frame.clientWidth, height: frame.clientHeight };
      this.#scrollY = frame.scrollTop;
      // What has got another size is empty until it is drawn.
      this.#draw();
    });
    resized.observe(frame);
    const live = setInterval(() => {
      if (this.#painted?.lanes.live === true) this.#ask();
    }, liveMs);
    return () => {
      stopTheme();
      resized.disconnect();
      clearInterval(live);
      if (this.#asked !== undefined) cancelAnimationFrame(this.#asked);
      this.#asked = undefined;
    };
  }

  paint(painted: Painted): void {
    this.#painted = painted;
    this.#ask();
  }

  scrolledTo(scrollY: number): void {
    this.#scrollY = scrollY;
    this.#ask();
  }

  #ask(): void {
    this.#asked ??= requestAnimationFrame(() => {
      this.#asked = undefined;
      this.#draw();
    });
  }

  #draw(): void {
    const context = this.#canvas?.getContext('2d');
    if (context === null || context === undefined || this.#painted === undefined) return;
    const { lanes, tops, span, selected, nowAt, endAt } = this.#painted;
    const { canvas } = context;
    const { width, height } = this.#size;
    const scale = devicePixelRatio;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const [seen, now] = [span ?? wholeOf(endAt()), nowAt()];
    const place = { scrollY: this.#scrollY, width, height };
    draw(context, { lanes, tops, span: seen, nowAt: now, ...place, selected, colours: coloursNow() });
  }
}

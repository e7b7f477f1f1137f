/** What of a job is seen: milliseconds since its beginning. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** No more than this is a thousand times what a person can tell apart, ms. */
const narrowest = 0.05;
/** So much of it may lie beyond the ends. */
const margin = 0.02;

/** All of it. */
export function wholeOf(endAt: number): Span {
  const length = Math.max(endAt, 1);
  return { from: -length * margin, to: length * (1 + margin) };
}

/** Closer (`factor` below 1) or farther, around a place (0: left, 1: right) that stays where it is. */
export function zoomed(span: Span, factor: number, place: number, endAt: number): Span {
  const whole = wholeOf(endAt);
  const length = Math.min(Math.max((span.to - span.from) * factor, narrowest), whole.to - whole.from);
  const fixed = span.from + (span.to - span.from) * place;
  return within({ from: fixed - length * place, to: fixed + length * (1 - place) }, whole);
}

/** Moved by a share of what is seen. */
export function panned(span: Span, share: number, endAt: number): Span {
  const by = (span.to - span.from) * share;
  return within({ from: span.from + by, to: span.to + by }, wholeOf(endAt));
}

/** Moved, if need be, so that these moments are seen; with room around them, where they are closer together than what is seen. */
export function showing(span: Span, from: number, to: number, endAt: number): Span {
  if (from >= span.from && to <= span.to) return span;
  const length = span.to - span.from;
  const middle = (from + Math.min(to, from + length)) / 2;
  return within({ from: middle - length / 2, to: middle + length / 2 }, wholeOf(endAt));
}

function within(span: Span, whole: Span): Span {
  const length = span.to - span.from;
  if (length >= whole.to - whole.from) return whole;
  const from = Math.min(Math.max(span.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** Where lines of the axis stand: round times, at most so many. */
export function ticksOf({ from, to }: Span, most: number): { readonly at: readonly number[]; readonly step: number } {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((each) => each * power >= rough) ?? 10);
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return { at: Array.from({ length: count }, (_, n) => (first + n) * step), step };
}

/** A time of the axis, as fine as its steps. */
export function tickText(at: number, step: number): string {
  if (at === 0) return '0';
  if (step >= 1_000) return `${at / 1_000} s`;
  if (Math.abs(at) >= 1_000) return `${(at / 1_000).toFixed(Math.max(0, Math.ceil(3 - Math.log10(step))))} s`;
  return `${at.toFixed(step >= 1 ? 0 : Math.ceil(-Math.log10(step)))} ms`;
}

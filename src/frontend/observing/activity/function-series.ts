import type { CallStep, CallSums } from '../../../model/dashboard/calls.ts';
import { startPaths, type StartPath } from '../../../model/invocations/start-path.ts';
import { quantilesOf, TimeHistogram } from './time-histogram.ts';

/** One step of the series, and how many there are: an hour. */
export const stepMs = 10_000;
export const steps = 360;
const minuteMs = 60_000;
const minutes = 60;
/** Times of the whole hour are kept in so many parts, of which the oldest goes as a whole. */
const parts = 6;
const partMs = (stepMs * steps) / parts;

/** What is kept of each step: thirteen numbers. */
const fields = ['calls', 'errors', 'refused', 'gbSeconds', 'd50', 'd99', 's50', 's99', ...startPaths] as const;
type Field = (typeof fields)[number];
const width = fields.length;
const places = new Map<Field, number>(fields.map((field, at) => [field, at]));

/** One call that ended. Milliseconds. */
export interface EndedCall {
  readonly ok: boolean;
  readonly path: StartPath;
  readonly startMs: number;
  readonly durationMs: number;
  readonly gbSeconds: number;
}

/** Times of a sixth of the hour. */
class Part {
  number = -1;
  readonly start: TimeHistogram = new TimeHistogram();
  readonly duration: TimeHistogram = new TimeHistogram();

  clear(number: number): void {
    this.number = number;
    this.start.clear();
    this.duration.clear();
  }
}

/** How calls of one function went in the last hour, by steps of ten seconds; about 32 KB. All times are given: it has no clock. */
export class FunctionSeries {
  readonly #numbers = new Float32Array(steps * width);
  /** Which step each place holds, by its number since the epoch. */
  readonly #steps = new Int32Array(steps).fill(-1);
  readonly #start = new TimeHistogram();
  readonly #duration = new TimeHistogram();
  readonly #parts = Array.from({ length: parts }, () => new Part());
  #current = -1;
  /** When something was counted last, milliseconds since the Unix epoch. */
  lastAt = 0;

  ended({ ok, path, startMs, durationMs, gbSeconds }: EndedCall, wallMs: number): void {
    const at = this.#at(wallMs);
    this.#add(at, 'calls', 1);
    if (!ok) this.#add(at, 'errors', 1);
    this.#add(at, 'gbSeconds', gbSeconds);
    this.#add(at, path, 1);
    this.#start.add(startMs);
    this.#duration.add(durationMs);
    const part = this.#part(wallMs);
    part.start.add(startMs);
    part.duration.add(durationMs);
    this.lastAt = wallMs;
  }

  refused(wallMs: number): void {
    this.#add(this.#at(wallMs), 'refused', 1);
    this.lastAt = wallMs;
  }

  /** The steps of the hour before `wallMs` in which there was something, oldest first. */
  rows(wallMs: number): readonly CallStep[] {
    return this.#within(wallMs).map((at) => {
      const [d50 = null, d99 = null, s50 = null, s99 = null] = this.#times(at);
      return {
        id: String((this.#steps[at] ?? 0) * stepMs),
        ...this.#counts(at),
        durationP50: d50,
        durationP99: d99,
        startP50: s50,
        startP99: s99,
        paths: startPaths.map((path) => this.#get(at, path)),
      };
    });
  }

  /** The hour before `wallMs` together. */
  sums(wallMs: number): CallSums {
    const all = this.#within(wallMs);
    const sum = (field: Field): number => all.reduce((total, at) => total + this.#get(at, field), 0);
    const oldest = Math.floor(wallMs / partMs) - parts;
    const held = this.#parts.filter(({ number }) => number >= oldest);
    const of = (times: (part: Part) => TimeHistogram): (number | null)[] => quantilesOf(held.map(times), [0.5, 0.99]);
    const [d50 = null, d99 = null] = of(({ duration }) => duration);
    const [s50 = null, s99 = null] = of(({ start }) => start);
    return {
      calls: sum('calls'),
      errors: sum('errors'),
      refused: sum('refused'),
      gbSeconds: sum('gbSeconds'),
      durationP50: rounded(d50),
      durationP99: rounded(d99),
      startP50: rounded(s50),
      startP99: rounded(s99),
      paths: startPaths.map((path) => sum(path)),
      lastAt: this.lastAt === 0 ? null : this.lastAt,
      minutes: this.#byMinute(all, wallMs, 'calls'),
      minuteErrors: this.#byMinute(all, wallMs, 'errors'),
    };
  }

  #byMinute(all: readonly number[], wallMs: number, field: Field): number[] {
    const last = Math.floor(wallMs / minuteMs);
    const counts = Array.from({ length: minutes }, () => 0);
    for (const at of all) {
      const minute = minutes - 1 - (last - Math.floor(((this.#steps[at] ?? 0) * stepMs) / minuteMs));
      if (counts[minute] !== undefined) counts[minute] += this.#get(at, field);
    }
    return counts;
  }

  #counts(at: number): Pick<CallStep, 'calls' | 'errors' | 'refused'> {
    return { calls: this.#get(at, 'calls'), errors: this.#get(at, 'errors'), refused: this.#get(at, 'refused') };
  }

  /** Times of the step that goes on are in the histograms; of the others they were written down. */
  #times(at: number): readonly (number | null)[] {
    if (this.#steps[at] !== this.#current)
      return (['d50', 'd99', 's50', 's99'] as const).map((field) => rounded(this.#get(at, field) || null));
    return [this.#duration, this.#start].flatMap((times) => [
      rounded(times.quantile(0.5)),
      rounded(times.quantile(0.99)),
    ]);
  }

  /** Places of the steps of the last hour, oldest first. */
  #within(wallMs: number): readonly number[] {
    const last = Math.floor(wallMs / stepMs);
    const found: number[] = [];
    for (let step = last - steps + 1; step <= last; step++) {
      const at = step % steps;
      if (this.#steps[at] === step) found.push(at);
    }
    return found;
  }

  /** The place of the step that a time is in; what the clock was put back by counts for the step that goes on. */
  #at(wallMs: number): number {
    const step = Math.max(this.#current, Math.floor(wallMs / stepMs));
    const at = step % steps;
    if (step === this.#current) return at;
    this.#close();
    this.#current = step;
    this.#steps[at] = step;
    this.#numbers.fill(0, at * width, (at + 1) * width);
    return at;
  }

  #close(): void {
    if (this.#current === -1) return;
    const at = this.#current % steps;
    for (const [field, value] of [
      ['d50', this.#duration.quantile(0.5)],
      ['d99', this.#duration.quantile(0.99)],
      ['s50', this.#start.quantile(0.5)],
      ['s99', this.#start.quantile(0.99)],
    ] as const)
      this.#numbers[at * width + (places.get(field) ?? 0)] = value ?? 0;
    this.#start.clear();
    this.#duration.clear();
  }

  #part(wallMs: number): Part {
    const number = Math.floor(wallMs / partMs);
    const part = this.#parts[number % parts] ?? new Part();
    if (part.number !== number) part.clear(number);
    return part;
  }

  #add(at: number, field: Field, more: number): void {
    const place = at * width + (places.get(field) ?? 0);
    this.#numbers[place] = (this.#numbers[place] ?? 0) + more;
  }

  #get(at: number, field: Field): number {
    return this.#numbers[at * width + (places.get(field) ?? 0)] ?? 0;
  }
}

/** To three digits: more is not known. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toPrecision(3));
}

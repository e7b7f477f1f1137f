import { head, labelsText, type Labels } from '../../model/metrics-text.ts';

/** What is counted in one series of a histogram. */
interface Series {
  readonly labels: Labels;
  /** By the bucket that a value falls in, not cumulative; the last is for values beyond all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

/** A metric that can be shown in Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Metric {
  /** Ends with a line feed. */
  text(): string;
}

/** What only grows, by labels. */
export class Counter implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #labelNames: readonly string[];
  readonly #series = new Map<string, { readonly labels: Labels; count: number }>();

  constructor(name: string, help: string, ...labelNames: readonly string[]) {
    this.#name = name;
    this.#help = help;
    this.#labelNames = labelNames;
  }

  /** `labels`: values, in the order of the names. */
  add(...labels: Labels): void {
    this.addMany(1, ...labels);
  }

  /** The same for so many at once. */
  addMany(count: number, ...labels: Labels): void {
    const key = labels.join('\0');
    const series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, { labels, count });
    else series.count += count;
  }

  text(): string {
    const lines = Array.from(
      this.#series.values(),
      ({ labels, count }) => `${this.#name}${labelsText(this.#labelNames, labels)} ${count}\n`,
    );
    return `${head(this.#name, this.#help, 'counter')}${lines.join('')}`;
  }
}

/**
 * How values are distributed, by labels. Adding one costs a look-up and two additions, so that it can be done in the midst of a
 * request; prom-client's takes several microseconds.
 */
export class Histogram implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #labelNames: readonly string[];
  readonly #series = new Map<string, Series>();

  /** `bounds`: upper bounds of the buckets, rising. */
  constructor(name: string, help: string, bounds: readonly number[], ...labelNames: readonly string[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
    this.#labelNames = labelNames;
  }

  /** `labels`: values, in the order of the names. */
  observe(value: number, ...labels: Labels): void {
    const key = labels.join('\0');
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, counts: new Float64Array(this.#bounds.length + 1), sum: 0 };
      this.#series.set(key, series);
    }
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  text(): string {
    const lines = Array.from(this.#series.values(), (series) => this.#seriesText(series));
    return `${head(this.#name, this.#help, 'histogram')}${lines.join('')}`;
  }

  #seriesText({ labels, counts, sum }: Series): string {
    const [name, names] = [this.#name, this.#labelNames];
    let count = 0;
    const buckets = Array.from(counts, (inBucket, at) => {
      count += inBucket;
      const bound = String(this.#bounds[at] ?? '+Inf');
      return `${name}_bucket${labelsText(['le', ...names], [bound, ...labels])} ${count}\n`;
    });
    const own = labelsText(names, labels);
    return `${buckets.join('')}${name}_sum${own} ${sum}\n${name}_count${own} ${count}\n`;
  }
}

/** The earlier of two times, of which each may be none. */
export function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

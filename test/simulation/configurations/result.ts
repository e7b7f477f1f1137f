/** What a way to keep instances ready did with a workload, after its first minute. */
export interface PolicyResult {
  readonly policy: string;
  readonly calls: number;
  /** Calls that waited for a boot. */
  readonly cold: number;
  /** Calls that started later than is promised, for whatever reason. */
  readonly late: number;
  /** Calls that were refused because there was no room. */
  readonly refused: number;
  /** Memory that was given out, MB: on average over time, and at most. */
  readonly meanMb: number;
  readonly mostMb: number;
}

/** Averages an amount over time. Times in milliseconds. */
export class OverTime {
  #at = 0;
  #now = 0;
  #sum = 0;
  most = 0;

  /** It is so much from `at` on. */
  is(amount: number, at: number): void {
    this.#sum += this.#now * (at - this.#at);
    this.#at = at;
    this.#now = amount;
    this.most = Math.max(this.most, amount);
  }

  meanUntil(at: number): number {
    return at === 0 ? 0 : (this.#sum + this.#now * (at - this.#at)) / at;
  }
}

/** As lines of a table for people. */
export function resultsText(results: readonly PolicyResult[]): string {
  const head = ['KEPT READY', 'CALLS', 'COLD', 'COLD %', 'LATE %', 'REFUSED', 'MEAN MB', 'MOST MB'];
  const rows = results.map(({ policy, calls, cold, late, refused, meanMb, mostMb }) => [
    policy,
    String(calls),
    String(cold),
    ((100 * cold) / calls).toFixed(2),
    ((100 * late) / calls).toFixed(2),
    String(refused),
    meanMb.toFixed(0),
    mostMb.toFixed(0),
  ]);
  const widths = head.map((text, at) => Math.max(text.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  return [head, ...rows].map(line).join('\n');
}

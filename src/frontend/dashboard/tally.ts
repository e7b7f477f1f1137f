import { activitySeconds, startBucketMs, type ActivityRow, type StartsRow } from '../../model/dashboard/overview.ts';
import type { Clock } from '../../model/clock.ts';
import { startPaths, type StartPath } from '../../model/invocations/start-path.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';

/** Accounts that are counted at once; of those that called least lately nothing is known any more. */
const accountsMax = 1_000;
/** Starts that the percentiles are of. */
const samplesMax = 1_000;

/** How starts of one path went. */
class Starts {
  readonly buckets = new Float64Array(startBucketMs.length + 1);
  #samples = new Float32Array(16);
  count = 0;

  add(ms: number): void {
    let [low, high] = [0, startBucketMs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ms > (startBucketMs[middle] ?? 0)) low = middle + 1;
      else high = middle;
    }
    this.buckets[low] = (this.buckets[low] ?? 0) + 1;
    if (this.count === this.#samples.length && this.count < samplesMax) this.#grow();
    this.#samples[this.count % this.#samples.length] = ms;
    this.count += 1;
  }

  row(path: StartPath): StartsRow {
    const sorted = this.#samples.slice(0, Math.min(this.count, this.#samples.length)).sort();
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    const [p50Ms, p99Ms] = [rounded(at(0.5)), rounded(at(0.99))];
    return { path, count: this.count, buckets: [...this.buckets], p50Ms, p99Ms };
  }

  /** Most accounts call rarely. */
  #grow(): void {
    const larger = new Float32Array(Math.min(samplesMax, this.#samples.length * 4));
    larger.set(this.#samples);
    this.#samples = larger;
  }
}

function rounded(ms: number): number {
  return Number(ms.toPrecision(3));
}

type Counts = { -readonly [Name in keyof ActivityRow]: ActivityRow[Name] };

/** What is counted of one account. */
class AccountTally {
  readonly starts = new Map<StartPath, Starts>();
  readonly seconds: Counts[] = [];

  at(second: number): Counts {
    const last = this.seconds.at(-1);
    if (last !== undefined && last.second >= second) return last;
    const next = { second, ok: 0, errors: 0, refused: 0, queued: 0 };
    this.seconds.push(next);
    if (this.seconds.length > activitySeconds) this.seconds.shift();
    return next;
  }
}

/**
 * Counts of each account's calls how they started and ended, for the dashboard: the worker manager's observer. Takes well under a microsecond a call, whether
 * somebody looks or not, and a bounded amount of memory.
 */
export class Tally implements WorkerObserver {
  readonly #clock: Clock;
  /** The one that called last is the last. */
  readonly #accounts = new Map<string, AccountTally>();
  #last: { readonly account: string; readonly tally: AccountTally } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  invoked: WorkerObserver['invoked'] = ({ account }, _requestId, { startPath, startMs, result }) => {
    const tally = this.#of(account);
    let starts = tally.starts.get(startPath);
    if (starts === undefined) tally.starts.set(startPath, (starts = new Starts()));
    starts.add(startMs);
    const counts = tally.at(this.#second());
    if (result.ok) counts.ok += 1;
    else counts.errors += 1;
  };

  refused: WorkerObserver['refused'] = ({ account }) => {
    this.#of(account).at(this.#second()).refused += 1;
  };

  instanceStarted: WorkerObserver['instanceStarted'] = () => undefined;
  instanceEnded: WorkerObserver['instanceEnded'] = () => undefined;
  instanceFailed: WorkerObserver['instanceFailed'] = () => undefined;

  /** Of an account's starts, by path, cheapest first; only those that there were. */
  starts(account: string): readonly StartsRow[] {
    const found = this.#accounts.get(account)?.starts;
    return startPaths.flatMap((path) => found?.get(path)?.row(path) ?? []);
  }

  /** What happened in the last seconds that anything happened in, oldest first. `queued`: how many calls wait now. */
  activity(account: string, queued: number): readonly ActivityRow[] {
    const now = this.#second();
    const tally = this.#of(account);
    const current = tally.at(now);
    current.queued = Math.max(current.queued, queued);
    return tally.seconds.filter(({ second }) => second > now - activitySeconds);
  }

  #second(): number {
    return Math.floor(this.#clock.wall() / 1_000);
  }

  #of(account: string): AccountTally {
    if (this.#last?.account === account) return this.#last.tally;
    const tally = this.#accounts.get(account) ?? new AccountTally();
    this.#accounts.delete(account);
    this.#accounts.set(account, tally);
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size <= accountsMax) break;
      this.#accounts.delete(oldest);
    }
    this.#last = { account, tally };
    return tally;
  }
}

import type { Clock } from '../../model/clock.ts';
import type { JobRow } from '../../model/dashboard/threads.ts';
import { limits } from '../../model/limits.ts';
import { ThreadRecord, type ThreadOrdered } from './thread-record.ts';

/** A program's threads. */
interface Job {
  readonly sequence: number;
  readonly threads: Map<string, ThreadRecord>;
  /** What was counted last, until something changes. */
  row: JobRow | undefined;
}

/** Of one account: threads by their order, and jobs. */
interface Page {
  readonly threads: Map<string, ThreadRecord>;
  readonly jobs: Map<string, Job>;
}

/**
 * The newest threads of each account whose sessions are here: when each was ordered, began, waited, sent something and ended, and where. Bounded for each account, and for all: then
 * all goes of the account that has started none for longest.
 */
export class ThreadBook {
  /** In the order of their last use. */
  readonly #pages = new Map<string, Page>();
  #size = 0;
  #sequence = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A thread was ordered. */
  ordered(account: string, ordered: ThreadOrdered): ThreadRecord {
    const page = this.#pageOf(account);
    let job = page.jobs.get(ordered.job);
    if (job === undefined)
      page.jobs.set(ordered.job, (job = { sequence: ++this.#sequence, threads: new Map(), row: undefined }));
    const of = job;
    const record = new ThreadRecord(ordered, this.#clock, () => (of.row = undefined));
    if (page.threads.has(ordered.id)) this.#forget(page, ordered.id);
    page.threads.set(ordered.id, record);
    job.threads.set(ordered.id, record);
    job.row = undefined;
    this.#size += 1;
    for (const oldest of page.threads.keys()) {
      if (page.threads.size <= limits.threadsRecordedPerAccount) break;
      this.#forget(page, oldest);
    }
    if (this.#size > limits.threadsRecorded) this.#forgetOldest(account);
    return record;
  }

  find(account: string, id: string): ThreadRecord | undefined {
    return this.#pages.get(account)?.threads.get(id);
  }

  /** Whether an account has started any lately. */
  has(account: string): boolean {
    return (this.#pages.get(account)?.threads.size ?? 0) > 0;
  }

  /** Jobs of an account by their ids, oldest first. */
  *jobs(account: string): Generator<readonly [string, JobRow]> {
    for (const [id, job] of this.#pages.get(account)?.jobs ?? []) yield [id, (job.row ??= rowOf(job))];
  }

  /** The threads of a job, in the order in which they were ordered. */
  threads(account: string, job: string): ReadonlyMap<string, ThreadRecord> {
    return this.#pages.get(account)?.jobs.get(job)?.threads ?? new Map<string, ThreadRecord>();
  }

  /** The newest of an account, newest first. */
  newest(account: string, countMax: number): ThreadRecord[] {
    const all = [...(this.#pages.get(account)?.threads.values() ?? [])];
    return all.slice(-countMax).toReversed();
  }

  #pageOf(account: string): Page {
    const page = this.#pages.get(account) ?? { threads: new Map(), jobs: new Map() };
    this.#pages.delete(account);
    this.#pages.set(account, page);
    return page;
  }

  #forget(page: Page, id: string): void {
    const record = page.threads.get(id);
    if (record === undefined) return;
    page.threads.delete(id);
    this.#size -= 1;
    const job = page.jobs.get(record.ordered.job);
    if (job === undefined) return;
    job.threads.delete(id);
    job.row = undefined;
    if (job.threads.size === 0) page.jobs.delete(record.ordered.job);
  }

  #forgetOldest(but: string): void {
    for (const [account, page] of this.#pages) {
      if (account === but) return;
      this.#pages.delete(account);
      this.#size -= page.threads.size;
      return;
    }
  }
}

function rowOf({ sequence, threads }: Job): JobRow {
  let [name, bornAtMs, endedAtMs]: [string | undefined, number, number] = [undefined, Infinity, 0];
  const counts = { queued: 0, running: 0, ended: 0 };
  let failed = 0;
  for (const record of threads.values()) {
    name ??= record.ordered.name;
    bornAtMs = Math.min(bornAtMs, record.bornAtMs);
    endedAtMs = Math.max(endedAtMs, record.endedAtMs ?? 0);
    counts[record.state] += 1;
    if (record.failed) failed += 1;
  }
  const { queued, running, ended } = counts;
  return {
    name: name ?? '',
    bornAtMs,
    ...(ended === threads.size && { endedAtMs }),
    ...{ threads: threads.size, queued, running, failed, sequence },
  };
}

import type { ThreadDetail, ThreadOutcome, ThreadRow, ThreadWait } from '../../model/dashboard/threads.ts';
import type { Clock } from '../../model/clock.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import { limits } from '../../model/limits.ts';

/** What is known of a thread from its order. */
export interface ThreadOrdered {
  readonly id: string;
  /** The program that it is of. */
  readonly job: string;
  readonly name: string;
  readonly memoryMb: number;
  readonly runtime: string;
  readonly argumentBytes: number;
  /** The thread that started it. */
  readonly parent?: string | undefined;
  /** On the clock. */
  readonly bornAt: number;
}

/** Where it runs. */
export interface ThreadPlace {
  readonly instanceId: string;
  readonly containerId: string;
}

/** How a thread ended, as far as it is kept. */
export interface ThreadEnding {
  readonly outcome: ThreadOutcome;
  readonly resultBytes: number;
  readonly cpuMs: number;
  readonly memoryPeakMb: number;
  readonly log: string;
  readonly error?: NonNullable<ThreadDetail['error']>;
}

/** When messages went, of which so many are kept each way. */
class Messages {
  count = 0;
  readonly times: number[] = [];

  add(ms: number): void {
    this.count += 1;
    if (this.times.length < limits.threadMessagesRecorded) this.times.push(ms);
  }
}

/** What happened to one thread, bounded whatever it does. Told by whoever has it run; nothing of what it was given, gave or sent is in it but the end of its log. */
export class ThreadRecord {
  readonly ordered: ThreadOrdered;
  traceId: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly bornAtMs: number;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #placedMs: number | undefined;
  #startedMs: number | undefined;
  #endedMs: number | undefined;
  #path: StartPath | undefined;
  #place: ThreadPlace | undefined;
  #host: string | undefined;
  readonly #to = new Messages();
  readonly #from = new Messages();
  readonly #waits: [string, number, number?][] = [];
  #argumentBytes: number;
  #partBytes = 0;
  #ending: ThreadEnding | undefined;
  #row: ThreadRow | undefined;

  /** `changed` is called after whatever a row shows. */
  constructor(ordered: ThreadOrdered, clock: Clock, changed: () => void) {
    this.ordered = ordered;
    this.#clock = clock;
    this.bornAtMs = rounded(clock.wall() - clock.now() + ordered.bornAt);
    this.#argumentBytes = ordered.argumentBytes;
    this.#changed = changed;
  }

  get state(): 'queued' | 'running' | 'ended' {
    if (this.#ending !== undefined) return 'ended';
    return this.#placedMs === undefined ? 'queued' : 'running';
  }

  get failed(): boolean {
    return this.#ending !== undefined && this.#ending.outcome !== 'ok';
  }

  get endedAtMs(): number | undefined {
    return this.#endedMs === undefined ? undefined : rounded(this.bornAtMs + this.#endedMs);
  }

  placed(place: ThreadPlace | undefined): void {
    this.#placedMs ??= this.#now();
    this.#place = place;
    this.#touch();
  }

  started(at: number, path: StartPath, host: string | undefined): void {
    this.#startedMs ??= this.#since(at);
    this.#path = path;
    this.#host = host;
    this.#touch();
  }

  message(way: 'to' | 'from'): void {
    (way === 'to' ? this.#to : this.#from).add(this.#now());
    this.#touch();
  }

  /** A part of its arguments, or of its result, went by. */
  part(way: 'to' | 'from', bytes: number): void {
    if (way === 'to') this.#argumentBytes += bytes;
    else this.#partBytes += bytes;
  }

  /** It waits for something that threads share. Gives what is to be called when it has it, or not. */
  waits(what: string): () => void {
    if (this.#waits.length >= limits.threadWaitsRecorded) return () => undefined;
    const wait: [string, number, number?] = [what.slice(0, limits.threadNameUnitsMax), this.#now()];
    this.#waits.push(wait);
    this.#touch();
    return () => {
      wait[2] = this.#now();
      this.#touch();
    };
  }

  ended(ending: ThreadEnding): void {
    this.#endedMs = this.#now();
    const log = ending.log.slice(-limits.threadLogUnitsRecorded);
    this.#ending = { ...ending, resultBytes: ending.resultBytes + this.#partBytes, log };
    this.#touch();
  }

  /** The same object as before, where nothing has changed. */
  row(): ThreadRow {
    return (this.#row ??= this.#makeRow());
  }

  detail(): ThreadDetail {
    const { id, job, memoryMb, runtime } = this.ordered;
    const { resultBytes = this.#partBytes, cpuMs, memoryPeakMb, log = '', error } = this.#ending ?? {};
    return {
      ...this.row(),
      ...{ id, job, memoryMb, runtime, argumentBytes: this.#argumentBytes, resultBytes, log },
      messagesTo: this.#to.count,
      messagesFrom: this.#from.count,
      ...(cpuMs !== undefined && { cpuMs }),
      ...(memoryPeakMb !== undefined && { memoryPeakMb }),
      ...(error !== undefined && { error }),
      ...(this.traceId !== undefined && { traceId: this.traceId }),
    };
  }

  #makeRow(): ThreadRow {
    const { name, parent } = this.ordered;
    const [to, from] = [this.#to.times, this.#from.times];
    return {
      name,
      bornAtMs: this.bornAtMs,
      ...(this.#placedMs !== undefined && { placedMs: this.#placedMs }),
      ...(this.#startedMs !== undefined && { startedMs: this.#startedMs }),
      ...(this.#endedMs !== undefined && { endedMs: this.#endedMs }),
      ...(this.#path !== undefined && { path: this.#path }),
      ...(this.#place !== undefined && { instance: this.#place.instanceId, container: this.#place.containerId }),
      ...(this.#host !== undefined && { host: this.#host }),
      ...(parent !== undefined && { parent }),
      ...(this.#ending !== undefined && { end: this.#ending.outcome }),
      ...(to.length > 0 && { to: [...to] }),
      ...(from.length > 0 && { from: [...from] }),
      ...(this.#waits.length > 0 && { waits: this.#waits.map((wait): ThreadWait => [...wait]) }),
    };
  }

  #now(): number {
    return this.#since(this.#clock.now());
  }

  #since(now: number): number {
    return rounded(Math.max(0, now - this.ordered.bornAt));
  }

  #touch(): void {
    this.#row = undefined;
    this.#changed();
  }
}

/** To microseconds: what is finer is noise, and takes room. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

import type { Logger } from 'pino';
import type { Clock, Timer } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { EgressTotals } from '../../model/network.ts';
import type { Usage, UsageRecord } from '../../model/accounts/usage.ts';
import type { UsageStore } from '../../store/contract.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';
import { UsageTally } from './usage-tally.ts';

/** How often what was used is written: what a killed service loses of it at most. Milliseconds. */
const writeMs = 5_000;

/** What the recorder works with. */
export interface UsageRecorderOptions {
  readonly store: UsageStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What functions connected to until now; absent where nothing does. */
  readonly egressTotals?: () => readonly EgressTotals[];
}

/** Memory for as long as the REPORT line bills it. */
export function gbSecondsOf(memoryMb: number, durationMs: number): number {
  return (memoryMb / 1_024) * (Math.ceil(durationMs) / 1_000);
}

/** Records what accounts use. For the worker manager, as an observer; disposing of it writes what is not written yet. */
export class UsageRecorder implements WorkerObserver, Disposable {
  readonly #o: UsageRecorderOptions;
  readonly #tally = new UsageTally();
  #timer: Timer;

  constructor(options: UsageRecorderOptions) {
    this.#o = options;
    this.#timer = this.#later();
  }

  invoked({ account, name, memoryMb }: FunctionVersion, _requestId: string, outcome: InvocationOutcome): void {
    const gbSeconds = gbSecondsOf(memoryMb, outcome.durationMs);
    this.#tally.invoked(account, name, outcome.result.ok, gbSeconds, this.#o.clock.wall());
  }

  refused(): void {}
  instanceStarted(): void {}
  instanceEnded(): void {}
  instanceFailed(): void {}

  /** What is recorded, until now; `account`: of that only. */
  read(span: {
    readonly account?: string;
    readonly sinceMs: number;
    readonly untilMs: number;
  }): readonly UsageRecord[] {
    this.#write();
    return this.#o.store.read(span);
  }

  /** By account, since the service started. */
  totals(): ReadonlyMap<string, Usage> {
    this.#look();
    return this.#tally.totals();
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#write();
  }

  #later(): Timer {
    return this.#o.clock.timer(writeMs, () => {
      this.#write();
      this.#timer = this.#later();
    });
  }

  #look(): void {
    const { egressTotals, clock } = this.#o;
    if (egressTotals !== undefined) this.#tally.egress(egressTotals(), clock.wall());
  }

  #write(): void {
    this.#look();
    const records = this.#tally.take();
    if (records.length === 0) return;
    try {
      this.#o.store.add(records);
    } catch (err) {
      this.#o.logger.error({ err, records: records.length }, 'What accounts used could not be written, and is lost.');
    }
  }
}

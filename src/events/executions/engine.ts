import { setImmediate } from 'node:timers/promises';
import { CapacityError, StoppingError } from '../../model/errors.ts';
import { executionArn, type Execution, type WholeExecution } from '../../model/executions/execution.ts';
import type { ErrorObject } from '../../model/executions/operation.ts';
import type { ToldEvent } from '../../model/executions/event.ts';
import type { ExecutionCounts, ExecutionQuery, StartedExecution } from '../../store/durable/contracts/executions.ts';
import { callbackPlace } from './rules/updates.ts';
import { takeWord, type CallbackWord } from './rules/callback.ts';
import { chainedOutcome, endChained } from './rules/chained.ts';
import { close } from './rules/close.ts';
import { elapse, rouse } from './rules/elapse.ts';
import { Endings } from './endings.ts';
import type { Change } from './rules/execution-state.ts';
import { ExecutionInvocations } from './invocations.ts';
import { InsideExecutions } from './inside.ts';
import { LoadedExecutions } from './loaded.ts';
import { newExecution, type ExecutionStart } from './rules/new-execution.ts';
import type { ExecutionParts } from './parts.ts';
import { callbackClosed, invalid, noExecution } from './rules/refusals.ts';
import { planAnew } from './plan-anew.ts';
import { ProgramExecutions } from './programs.ts';
import type { ExecutionTotals } from './totals.ts';
import { uuidOf } from './uuid-of.ts';
import { Wakes } from './wakes.ts';

/**
 * Durable executions: functions that are invoked again and again until they say that they have ended, and are told each time what came of what
 * they did before. Nothing of an execution is in memory while it sleeps.
 *
 * In this room, what is decided is apart from what is done. Pure, on a `Draft`, in `rules/` (`execution-state.ts`): what a checkpoint changes
 * (`checkpoint.ts`, `updates.ts`, `chained.ts`), what time changes (`elapse.ts`), what the end of an invocation means (`invocation-end.ts`), how an
 * execution ends (`close.ts`), what has to be done for it next (`wake.ts`) and what its function is told (`told-operations.ts`). Actions:
 * `loaded.ts` has what is decided kept, one decision after the other; `wakes.ts` is the one timer; `invocations.ts` invokes; this is the way in.
 */
export class Executions {
  readonly #parts: ExecutionParts;
  readonly #loaded: LoadedExecutions;
  readonly #invocations: ExecutionInvocations;
  readonly #wakes: Wakes;
  readonly #endings = new Endings();
  /** What functions that run say and ask. */
  readonly inside: InsideExecutions;
  /** What programs that run elsewhere say and ask. */
  readonly programs: ProgramExecutions;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    this.#loaded = new LoadedExecutions(parts, (change) => this.#kept(change));
    this.#invocations = new ExecutionInvocations(parts, this.#loaded);
    this.inside = new InsideExecutions(parts, this.#loaded, this.#invocations);
    this.programs = new ProgramExecutions(parts, this.#loaded, this);
    this.#wakes = new Wakes(parts, {
      tend: (id) => this.#tend(id),
      begin: (id) => this.#invocations.begin(id),
    });
  }

  /** Goes on with what was there when the service ended. */
  async begin(): Promise<void> {
    if (!this.#parts.used()) return;
    await this.#parts.store.recover(this.#parts.clock.wall(), 'process');
    this.#wakes.at(0);
  }

  /** After the clock was put back: gives how many were due later than they can be. */
  async planAnew(): Promise<number> {
    return await planAnew(this.#parts, this.#loaded);
  }

  /** Nothing more is begun. What runs will run again when the service is there again. */
  stop(): void {
    this.#wakes.stop();
    this.#invocations.stop();
    this.#endings.stop();
  }

  /** Invocations that run now. */
  get running(): number {
    return this.#wakes.running;
  }

  /** Executions in memory. */
  get loaded(): number {
    return this.#loaded.size;
  }

  /** Starts an execution, which is on disk then; or finds the one that has its name. */
  async start(start: Omit<ExecutionStart, 'now' | 'uuid'>): Promise<StartedExecution> {
    const { store, clock, newId } = this.#parts;
    const made = newExecution({ ...start, now: clock.wall(), uuid: newId() });
    const started = await store.start(made).catch((cause: unknown) => {
      if (!(cause instanceof Error) || cause.name !== 'ExecutionsFullError') throw cause;
      throw new CapacityError(cause.message, 60);
    });
    if (started.isNew) this.#wakes.at(made.wake.at);
    return started;
  }

  /** Resolves when an execution has ended. Rejects when the signal fires, or the service stops. */
  async ended({ id, uuid }: Pick<Execution, 'id' | 'uuid'>, signal: AbortSignal): Promise<WholeExecution> {
    using ending = this.#endings.of(id, signal);
    // Between the look and the wait nothing is missed: who waits was there before.
    const now = await this.#loaded.find(uuid);
    if (now === undefined) throw noExecution();
    if (now.status !== 'RUNNING') return now;
    await ending.promise;
    const over = await this.#loaded.find(uuid);
    // It was removed at once, as its account has too many.
    if (over === undefined) throw noExecution();
    return over;
  }

  /** An execution of an account by its ARN. Throws ResourceNotFoundException. */
  async find(account: string, arn: string): Promise<WholeExecution> {
    const found = await this.#loaded.find(uuidOf(arn));
    if (found === undefined || found.account !== account || executionArn(found) !== arn) throw noExecution();
    return found;
  }

  /** How many there are, of all accounts where none is said. */
  async counts(account?: string): Promise<ExecutionCounts> {
    // Who only looks starts no store.
    if (!this.#parts.used()) return noExecutions;
    return await this.#parts.store.counts(account, 'process');
  }

  /** The same, and what runs, and has ended since the service started. */
  async totals(account?: string): Promise<ExecutionTotals> {
    return { ...(await this.counts(account)), invoking: this.running, ended: this.#endings.counted };
  }

  async list(query: ExecutionQuery): Promise<readonly Execution[]> {
    return await this.#parts.store.list(query, 'process');
  }

  async history(which: Parameters<ExecutionParts['store']['history']>[0]): Promise<readonly ToldEvent[]> {
    return await this.#parts.store.history(which, 'process');
  }

  /** Ends an execution, and the invocation of it that runs. Gives when it ended, be it before. */
  async stopExecution(account: string, arn: string, error: ErrorObject): Promise<number> {
    const { id, uuid } = await this.find(account, arn);
    const decided = await this.#loaded.decide(id, 'disk', (draft) => {
      elapse(draft);
      if (draft.execution.status === 'RUNNING') close(draft, { status: 'STOPPED', error });
    });
    if (decided === undefined) throw noExecution();
    this.#invocations.active(uuid)?.cancel.abort();
    return decided.state.execution.endedAt ?? decided.state.execution.startedAt;
  }

  /** Takes word for a callback of one of an account's executions. */
  async callback(account: string, callbackId: string, word: CallbackWord): Promise<void> {
    const place = callbackPlace(callbackId);
    if (place === undefined) throw invalid('Invalid callback id');
    const found = await this.#loaded.find(place.uuid);
    if (found === undefined || found.account !== account) throw callbackClosed();
    const decided = await this.#loaded.decide(found.id, 'disk', (draft) =>
      takeWord(draft, place.operationId, callbackId, word),
    );
    if (decided === undefined) throw callbackClosed();
  }

  #kept({ execution, wake, data }: Change): void {
    if (wake !== undefined) this.#wakes.at(wake.at);
    this.programs.changed(execution);
    // What comes of an execution is kept once.
    if (data !== undefined && execution.kind !== 'call') this.#endings.count(execution.status);
    if (execution.status === 'RUNNING') return;
    this.#endings.tell(execution.id);
    void this.#trim(execution.account);
  }

  /** Never rejects. What it cannot do now is done when the next one ends. */
  async #trim(account: string): Promise<void> {
    const { store, logger } = this.#parts;
    try {
      // Whoever waited for its end reads it first.
      await setImmediate();
      let removed = 0;
      for (let more = true; more;) {
        const step = await store.trim(account, 'process');
        removed += step.removed;
        ({ more } = step);
      }
      if (removed > 0) logger.warn({ account, removed }, tooMany);
    } catch (err) {
      if (!(err instanceof StoppingError)) logger.warn({ err, account }, 'Old executions could not be removed.');
    }
  }

  /** Does what time, or the end of something, asks for. Changes an execution in any case, so that it is not due any more. */
  async #tend(id: number): Promise<void> {
    const decided = await this.#loaded.decide(id, 'process', (draft) => {
      const before = draft.execution.status;
      elapse(draft);
      rouse(draft);
      draft.set({});
      return before;
    });
    if (decided === undefined) return;
    const { execution } = decided.state;
    if (execution.status === 'RUNNING') return;
    if (decided.value === 'RUNNING') this.#invocations.active(execution.uuid)?.cancel.abort();
    if (execution.parent !== undefined && execution.parentTold !== true) return await this.#tellParent(execution);
    if (isForgotten(execution, this.#parts.clock.wall())) await this.#parts.store.remove(id, 'process');
  }

  async #tellParent({ id, uuid, parent }: Execution): Promise<void> {
    const child = await this.#loaded.find(uuid);
    if (child === undefined || parent === undefined) return;
    await this.#loaded.decide(parent.id, 'disk', (draft) => {
      elapse(draft);
      endChained(draft, draft.operation(parent.operationId), chainedOutcome(child));
      rouse(draft);
    });
    await this.#loaded.decide(id, 'process', (draft) => draft.set({ parentTold: true }));
  }
}

const tooMany =
  'Executions that have ended were removed before their days were over: their account keeps more of them than it may.';

const noExecutions: ExecutionCounts = {
  running: 0,
  ready: 0,
  readySince: undefined,
  kept: 0,
  keptBytes: 0,
  dropped: 0,
};

/** Whether its days are over. */
function isForgotten({ endedAt = 0, durable }: Execution, now: number): boolean {
  return endedAt + durable.retentionDays * 86_400_000 <= now;
}

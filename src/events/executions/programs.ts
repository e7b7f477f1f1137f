import { randomBytes } from 'node:crypto';
import type { OperationUpdate } from '../../api/executions/update.ts';
import { executionArn, type Execution, type WholeExecution } from '../../model/executions/execution.ts';
import type { WholeOperation } from '../../model/executions/operation.ts';
import { limits } from '../../model/limits.ts';
import { checkpoint } from './rules/checkpoint.ts';
import { elapse } from './rules/elapse.ts';
import type { Executions } from './engine.ts';
import type { LoadedExecutions } from './loaded.ts';
import type { ExecutionParts } from './parts.ts';
import { invalid, invalidToken } from './rules/refusals.ts';
import { unseen } from './rules/told-operations.ts';

/** What a program is told when its execution is its own, or has ended. */
export interface OpenedProgram {
  readonly arn: string;
  /** For all that it says; none where the execution has ended. */
  readonly token: string | undefined;
  /** How many changes of its operations there were. */
  readonly changes: number;
  readonly ended: Pick<WholeExecution, 'status' | 'result' | 'error'> | undefined;
}

/** What has changed of a program's execution. */
export interface ProgramNews {
  readonly operations: readonly WholeOperation[];
  /** Up to which change that is all. */
  readonly changes: number;
  readonly ended: boolean;
}

interface Held {
  readonly execution: Execution;
  readonly holder: object;
  readonly token: string;
  changed: PromiseWithResolvers<void>;
}

/**
 * Executions that run elsewhere: in a program, which says what it does and is told what time, or somebody, has done. One holder has one at a
 * time, as long as it lives; who comes after it goes on where it was.
 */
export class ProgramExecutions {
  readonly #parts: ExecutionParts;
  readonly #loaded: LoadedExecutions;
  readonly #executions: Executions;
  /** By the number of the execution, by token, and by who has it. */
  readonly #held = new Map<number, Held>();
  readonly #byToken = new Map<string, Held>();
  readonly #ofHolder = new Map<object, Set<Held>>();
  /** Who waits until an execution is let go. */
  readonly #waiting = new Map<number, Set<() => void>>();

  constructor(parts: ExecutionParts, loaded: LoadedExecutions, executions: Executions) {
    this.#parts = parts;
    this.#loaded = loaded;
    this.#executions = executions;
  }

  /** Begins an execution, or goes on with that of the name. Waits while somebody else has it. */
  async open(
    owner: { readonly account: string; readonly region: string },
    name: string,
    holder: object,
    signal: AbortSignal,
  ): Promise<OpenedProgram> {
    const { account, region } = owner;
    const { execution } = await this.#executions.start({
      function: { account, name: '', version: '$LATEST', arn: `arn:aws:lambda:${region}:${account}:function:program` },
      kind: 'program',
      durable: { timeoutSeconds: limits.executionSecondsMax, retentionDays: limits.executionDaysKept },
      name,
      input: undefined,
      resultBytesMax: limits.payloadBytesMax,
    });
    for (;;) {
      signal.throwIfAborted();
      const now = await this.#loaded.find(execution.uuid);
      const arn = executionArn(execution);
      if (now !== undefined && now.status !== 'RUNNING')
        return { arn, token: undefined, changes: now.changes, ended: now };
      if (!this.#held.has(execution.id)) {
        const token = randomBytes(24).toString('base64');
        this.#hold({ execution, holder, token, changed: Promise.withResolvers() });
        return { arn, token, changes: now?.changes ?? 0, ended: undefined };
      }
      await this.#letGo(execution.id, signal);
    }
  }

  /** Takes what a program has done. */
  async checkpoint(account: string, token: string, updates: readonly OperationUpdate[]): Promise<ProgramNews> {
    if (updates.some(({ type }) => type === 'CHAINED_INVOKE'))
      throw invalid('A program calls functions by itself: its executions have no CHAINED_INVOKE.');
    const { execution } = this.#heldBy(account, token);
    const news = await this.#loaded.inTurn(execution.id, async (state) => {
      const before = state.execution.changes;
      if (state.execution.status !== 'RUNNING') throw invalidToken();
      await this.#loaded.decideNow(state, 'disk', (draft) => {
        elapse(draft);
        if (draft.execution.status === 'RUNNING') checkpoint(draft, updates, new Map());
      });
      const ids = unseen(state.operations, before).map(({ id }) => id);
      const operations = await this.#parts.store.operations({ execution: execution.id, ids }, 'process');
      return { operations, changes: before, ended: state.execution.status !== 'RUNNING' };
    });
    if (news === undefined) throw invalidToken();
    return news;
  }

  /** What has changed after a change, as soon as something has. */
  async news(account: string, token: string, after: number, signal: AbortSignal): Promise<ProgramNews> {
    for (;;) {
      const held = this.#heldBy(account, token);
      const changed = held.changed.promise;
      const news = await this.#loaded.inTurn(held.execution.id, async ({ execution, operations: all }) => {
        const ids = unseen(all, after).map(({ id }) => id);
        const operations = await this.#parts.store.operations({ execution: execution.id, ids }, 'process');
        const whole = operations.length === ids.length;
        const changes = whole ? execution.changes : (operations.at(-1)?.change ?? after);
        return { operations, changes, ended: execution.status !== 'RUNNING' };
      });
      if (news === undefined) throw invalidToken();
      if (news.operations.length > 0 || news.ended) return news;
      await unless(changed, signal);
    }
  }

  /** Something was kept of an execution. */
  changed({ id }: Execution): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    const { changed } = held;
    held.changed = Promise.withResolvers();
    changed.resolve();
  }

  /** This holder is gone, and with it whatever it had. */
  release(holder: object): void {
    for (const held of this.#ofHolder.get(holder) ?? []) {
      this.#forget(held);
      held.changed.resolve();
    }
  }

  /** It has ended, and whoever waits for it is told. */
  over(account: string, token: string): void {
    this.#forget(this.#heldBy(account, token));
  }

  #hold(held: Held): void {
    this.#held.set(held.execution.id, held);
    this.#byToken.set(held.token, held);
    const all = this.#ofHolder.get(held.holder) ?? new Set();
    this.#ofHolder.set(held.holder, all.add(held));
  }

  /** Whoever waits for it may have it. */
  #forget(held: Held): void {
    const { execution, holder, token } = held;
    this.#held.delete(execution.id);
    this.#byToken.delete(token);
    const all = this.#ofHolder.get(holder);
    all?.delete(held);
    if (all?.size === 0) this.#ofHolder.delete(holder);
    for (const next of this.#waiting.get(execution.id) ?? []) next();
  }

  #heldBy(account: string, token: string): Held {
    const held = this.#byToken.get(token);
    if (held?.execution.account !== account) throw invalidToken();
    return held;
  }

  async #letGo(id: number, signal: AbortSignal): Promise<void> {
    const free = Promise.withResolvers<void>();
    const all = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, all.add(free.resolve));
    try {
      await unless(free.promise, signal);
    } finally {
      all.delete(free.resolve);
      if (all.size === 0) this.#waiting.delete(id);
    }
  }
}

/** Rejects when the signal fires before. */
async function unless(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const stop = Promise.withResolvers<never>();
  const onAbort = (): void => stop.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, stop.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

import { randomUUID } from 'node:crypto';
import { CapacityError, StoppingError } from '../../model/errors.ts';
import type { Execution } from '../../model/executions/execution.ts';
import type { ErrorObject } from '../../model/executions/operation.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import { limits } from '../../model/limits.ts';
import { StoreFullError } from '../../store/durable/contracts/durable-store.ts';
import { ActiveInvocation } from './active-invocation.ts';
import { close } from './rules/close.ts';
import { elapse, rouse } from './rules/elapse.ts';
import type { Draft, ExecutionState } from './rules/execution-state.ts';
import { errorIn, failureOf } from './rules/function-errors.ts';
import { endInvocation, fail, type InvocationEnd } from './rules/invocation-end.ts';
import { invocationEvent } from './invocation-event.ts';
import type { LoadedExecutions } from './loaded.ts';
import type { ExecutionParts } from './parts.ts';
import { toldOperations, unseen } from './rules/told-operations.ts';

/** What found no room is tried again after so long, and after twice as long each time. */
const noRoomMsMin = 1_000;
const noRoomMsMax = 60_000;
/** What found no space on the disk is written again after so long. */
const diskFullMs = 5_000;

/** Invokes the functions of executions, and takes down what comes of it. */
export class ExecutionInvocations {
  readonly #parts: ExecutionParts;
  readonly #loaded: LoadedExecutions;
  readonly #active = new Map<string, ActiveInvocation>();
  /** How often one found no room, one time after the other. */
  readonly #noRoom = new Map<number, number>();
  #stopped = false;

  constructor(parts: ExecutionParts, loaded: LoadedExecutions) {
    this.#parts = parts;
    this.#loaded = loaded;
  }

  /** The invocation that runs of the execution with this uuid. */
  active(uuid: string): ActiveInvocation | undefined {
    return this.#active.get(uuid);
  }

  /** What runs goes on. What it answers is taken down still; what does not answer any more will run again. */
  stop(): void {
    this.#stopped = true;
  }

  /** Begins to run an execution that is ready. Undefined where it is not, or can never run again. */
  async begin(id: number): Promise<{ readonly done: Promise<void> } | undefined> {
    using stack = new DisposableStack();
    stack.use(this.#loaded.hold(id));
    const now = await this.#loaded.inTurn(id, async ({ execution }) => execution);
    if (now === undefined) return undefined;
    const found = await this.#function(now);
    if (this.#stopped) return undefined;
    const begun = await this.#loaded.decide(id, 'process', (draft) => beginIn(draft, found));
    if (begun?.value !== true || !('function' in found)) return undefined;
    const active = new ActiveInvocation(begun.state.execution, randomUUID(), this.#parts.clock.wall());
    this.#active.set(now.uuid, active);
    const held = stack.move();
    const done = this.#run(active, found.function, begun.state).finally(() => {
      this.#active.delete(now.uuid);
      held.dispose();
    });
    return { done };
  }

  async #function({ account, functionName, version, functionArn }: Execution): Promise<FoundVersion> {
    try {
      const found = await this.#parts.functions.version(account, functionName, version);
      if (found !== undefined) return { function: found };
      return { gone: { ErrorType: 'ResourceNotFoundException', ErrorMessage: `Function not found: ${functionArn}` } };
    } catch (error) {
      this.#parts.logger.debug(
        { err: error, function: functionArn },
        'A function cannot be invoked for its execution yet.',
      );
      return { later: true };
    }
  }

  /** Never rejects: nobody waits for it who could do anything about that. */
  async #run(active: ActiveInvocation, fn: FunctionVersion, state: ExecutionState): Promise<void> {
    try {
      await this.#runAndEnd(active, fn, state);
    } catch (err) {
      if (this.#stopped || err instanceof StoppingError) return;
      const about = { err, execution: active.execution.id };
      this.#parts.logger.error(about, 'What came of an invocation of an execution could not be taken down.');
    }
  }

  async #runAndEnd(active: ActiveInvocation, fn: FunctionVersion, state: ExecutionState): Promise<void> {
    const { logger } = this.#parts;
    const { id } = active.execution;
    try {
      const payload = await this.#payload(active, state);
      const outcome = await this.#invoke(active, fn, payload);
      this.#noRoom.delete(id);
      await this.#end(active, endOf(active, outcome));
    } catch (error) {
      if (this.#stopped || error instanceof StoppingError) return;
      if (error instanceof CapacityError) return await this.#later(active.execution);
      logger.debug({ err: error, execution: id }, 'An invocation of an execution failed.');
      await this.#end(active, { kind: 'failed', error: failureOf(error), lost: true });
    }
  }

  /** A call is given what it was to be given; an execution everything it has to know. */
  async #payload({ execution, token }: ActiveInvocation, state: ExecutionState): Promise<Buffer> {
    const { store } = this.#parts;
    const whole = await this.#loaded.find(execution.uuid);
    if (execution.kind === 'call') return Buffer.from(whole?.input ?? '{}');
    const ids = toldOperations(state.operations).map(({ id }) => id);
    const updated = unseen(state.operations, execution.seen).map(({ id }) => id);
    state.saw(state.execution.changes);
    const operations = await store.operations({ execution: execution.id, ids }, 'process');
    const more = operations.length < ids.length;
    return invocationEvent({ execution, input: whole?.input, token, operations, more, updated }).payload;
  }

  async #invoke(active: ActiveInvocation, fn: FunctionVersion, payload: Buffer): Promise<InvocationOutcome> {
    const { tenantId } = active.execution;
    const invocation = {
      function: fn,
      requestId: active.requestId,
      payload,
      receivedAt: this.#parts.clock.now(),
      cancel: active.cancel.signal,
      ...(tenantId !== undefined && { tenantId }),
    };
    return await this.#parts.workerManager.invoke(invocation, new AbortController().signal);
  }

  async #end({ execution, requestId, startedAt }: ActiveInvocation, end: InvocationEnd): Promise<void> {
    const decide = (draft: Draft): void =>
      execution.kind === 'call' ? endCall(draft, end) : endInvocation(draft, { requestId, startedAt, end });
    await this.#whenThereIsRoom(() => this.#loaded.decide(execution.id, 'disk', decide));
  }

  /** On a disk that is full, as often as it takes: what a function did must not be forgotten, nor the execution. */
  async #whenThereIsRoom(keep: () => Promise<unknown>): Promise<void> {
    const { clock, logger } = this.#parts;
    for (;;)
      try {
        return void (await keep());
      } catch (err) {
        if (this.#stopped || !(err instanceof StoreFullError)) throw err;
        logger.error({ err }, 'What came of an invocation of an execution cannot be kept; it is tried again.');
        await new Promise<void>((resolve) => void clock.timer(diskFullMs, resolve));
      }
  }

  async #later({ id }: Execution): Promise<void> {
    const times = this.#noRoom.get(id) ?? 0;
    this.#noRoom.set(id, times + 1);
    const delayMs = Math.min(noRoomMsMax, noRoomMsMin * 2 ** times);
    const putOff = (draft: Draft): void => {
      if (draft.execution.status === 'RUNNING') draft.set({ phase: 'ready', readyAt: draft.now + delayMs });
      else this.#noRoom.delete(id);
    };
    await this.#whenThereIsRoom(() => this.#loaded.decide(id, 'process', putOff));
  }
}

type FoundVersion = { readonly function: FunctionVersion } | { readonly gone: ErrorObject } | { readonly later: true };

/** What cannot run yet is looked at again after so long. */
const laterMs = 1_000;

/** Gives whether it runs now. Changes it in any case, so that it is not due any more. */
function beginIn(draft: Draft, found: FoundVersion): boolean {
  elapse(draft);
  rouse(draft);
  draft.set({});
  const { status, phase, readyAt = 0 } = draft.execution;
  if (status !== 'RUNNING' || phase !== 'ready' || readyAt > draft.now) return false;
  if ('later' in found) draft.set({ readyAt: draft.now + laterMs });
  else if ('gone' in found) close(draft, { status: 'FAILED', error: found.gone });
  else draft.set({ phase: 'active' });
  return draft.execution.phase === 'active';
}

function endOf({ execution: { kind }, foundNoSpace }: ActiveInvocation, { result }: InvocationOutcome): InvocationEnd {
  const payload = Buffer.from(result.payload).toString();
  if (!result.ok) return { kind: 'failed', error: errorIn(payload), noSpace: foundNoSpace };
  if (kind !== 'call' || result.payload.length <= limits.chainedBytesMax) return { kind: 'answered', payload };
  const ErrorMessage = `CHAINED_INVOKE output payload size must be less than or equal to ${limits.chainedBytesMax} bytes.`;
  return { kind: 'failed', error: { ErrorMessage } };
}

/** What a plain function says is what comes of it, once and for all, also where it threw. */
function endCall(draft: Draft, end: InvocationEnd): void {
  if (draft.execution.status !== 'RUNNING') return;
  if (end.kind === 'answered') return close(draft, { status: 'SUCCEEDED', result: end.payload });
  if (end.lost === true) return fail(draft, end.error);
  close(draft, { status: 'FAILED', error: end.error });
}

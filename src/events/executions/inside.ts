import type { OperationUpdate } from '../../api/executions/update.ts';
import { executionArn } from '../../model/executions/execution.ts';
import type { WholeOperation } from '../../model/executions/operation.ts';
import { StoreFullError } from '../../store/durable/contracts/durable-store.ts';
import type { CheckpointAnswer } from './active-invocation.ts';
import type { ChainedTarget } from './rules/chained.ts';
import { checkpoint } from './rules/checkpoint.ts';
import { elapse } from './rules/elapse.ts';
import type { Change, ExecutionState } from './rules/execution-state.ts';
import type { ExecutionInvocations } from './invocations.ts';
import { executionOperation, placeOf, stateMarker } from './invocation-event.ts';
import type { LoadedExecutions } from './loaded.ts';
import type { ExecutionParts } from './parts.ts';
import { invalid, invalidToken } from './rules/refusals.ts';
import { toldOperations, unseen } from './rules/told-operations.ts';
import { uuidOf } from './uuid-of.ts';

/** A page of an execution's state. */
export interface StatePage {
  readonly operations: readonly WholeOperation[];
  readonly marker: string;
}

/** What the functions of executions say while they run, and ask; each of the execution only that it was invoked for, whose token it has. */
export class InsideExecutions {
  readonly #parts: ExecutionParts;
  readonly #loaded: LoadedExecutions;
  readonly #invocations: ExecutionInvocations;

  constructor(parts: ExecutionParts, loaded: LoadedExecutions, invocations: ExecutionInvocations) {
    this.#parts = parts;
    this.#loaded = loaded;
    this.#invocations = invocations;
  }

  /** Takes what a function that runs has done, and tells it what has happened meanwhile. */
  async checkpoint(
    account: string,
    arn: string,
    { token, clientToken }: { readonly token: string; readonly clientToken: string | undefined },
    updates: readonly OperationUpdate[],
  ): Promise<CheckpointAnswer> {
    const answer = await this.#loaded.inTurn(this.#activeId(account, arn), async (state) => {
      const active = this.#invocations.active(uuidOf(arn));
      const before = active?.answered(token, clientToken);
      if (before !== undefined) return before;
      if (active?.token !== token || state.execution.status !== 'RUNNING') throw invalidToken();
      const targets = await this.#targets(account, updates);
      active.foundNoSpace = false;
      const decided = this.#loaded.decideNow(state, 'disk', (draft) => {
        elapse(draft);
        if (draft.execution.status !== 'RUNNING') return;
        checkpoint(draft, updates, targets);
      });
      const { change } = await decided.catch((error: unknown) => {
        active.foundNoSpace = error instanceof StoreFullError;
        throw error;
      });
      const operations = await this.#news(state, change);
      return active.answer(clientToken, state.execution.status !== 'RUNNING', operations);
    });
    if (answer === undefined) throw invalidToken();
    return answer;
  }

  /** What a function that runs has to know, in parts. */
  async state(
    account: string,
    arn: string,
    token: string,
    page: { readonly marker: string; readonly limit: number },
  ): Promise<StatePage> {
    const first = page.marker === '' ? 0 : placeOf(page.marker);
    if (first === undefined) throw invalid('Invalid Marker');
    const found = await this.#loaded.inTurn(this.#activeId(account, arn), async (state) => {
      if (this.#invocations.active(uuidOf(arn))?.token !== token) throw invalidToken();
      const { execution } = state;
      const ids = toldOperations(state.operations).map(({ id }) => id);
      const wanted = ids.slice(first, first + page.limit);
      const operations = await this.#parts.store.operations({ execution: execution.id, ids: wanted }, 'process');
      const next = first + operations.length;
      const marker = next < ids.length ? stateMarker(next) : '';
      if (first > 0) return { operations, marker };
      const { input } = (await this.#loaded.find(execution.uuid)) ?? {};
      return { operations: [executionOperation(execution, input), ...operations], marker };
    });
    if (found === undefined) throw invalidToken();
    return found;
  }

  #activeId(account: string, arn: string): number {
    const active = this.#invocations.active(uuidOf(arn));
    if (active === undefined || active.execution.account !== account || executionArn(active.execution) !== arn)
      throw invalidToken();
    return active.execution.id;
  }

  async #targets(account: string, updates: readonly OperationUpdate[]): Promise<ReadonlyMap<string, ChainedTarget>> {
    const targets = new Map<string, ChainedTarget>();
    for (const { type, functionName, tenantId } of updates)
      if (type === 'CHAINED_INVOKE' && functionName !== undefined && !targets.has(functionName))
        targets.set(functionName, await this.#parts.functions.chained(account, functionName, tenantId));
    return targets;
  }

  /** What a function is told after a checkpoint: all that this changed, and of what happened otherwise as much as fits. */
  async #news(state: ExecutionState, change: Change | undefined): Promise<readonly WholeOperation[]> {
    const { store } = this.#parts;
    const { id: execution, seen, changes } = state.execution;
    const own = new Set(change?.operations.map(({ operation }) => operation.id));
    const news = unseen(state.operations, seen);
    const told: WholeOperation[] = [];
    const first = news.filter(({ id }) => own.has(id)).map(({ id }) => id);
    while (told.length < first.length)
      told.push(...(await store.operations({ execution, ids: first.slice(told.length) }, 'process')));
    const others = news.filter(({ id }) => !own.has(id));
    const rest = await store.operations({ execution, ids: others.map(({ id }) => id) }, 'process');
    // What did not fit is told next time, and so is what came after it.
    state.saw(rest.length === others.length ? changes : (rest.at(-1)?.change ?? seen));
    return [...told, ...rest].toSorted((a, b) => a.change - b.change);
  }
}

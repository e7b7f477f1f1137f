import type { WholeExecution } from '../../model/executions/execution.ts';
import { turns } from '../../model/turns.ts';
import type { Durability } from '../../store/durable/contracts/durable-store.ts';
import { Draft, ExecutionState, type Change } from './rules/execution-state.ts';
import type { ExecutionParts } from './parts.ts';
import { roomOf } from './rules/room.ts';

interface Held {
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  state: ExecutionState | undefined;
  users: number;
}

/** What came of a decision. */
export interface Decided<T> {
  readonly value: T;
  readonly state: ExecutionState;
  /** What was kept; undefined where nothing changed. */
  readonly change: Change | undefined;
}

/**
 * Executions in memory: those about which something is being decided, and those that are held because an invocation of them runs. One thing
 * at a time is decided about each. What sleeps is not here.
 */
export class LoadedExecutions {
  readonly #parts: ExecutionParts;
  readonly #held = new Map<number, Held>();
  readonly #onChange: (change: Change) => void;

  /** `onChange` is told of what was kept. */
  constructor(parts: ExecutionParts, onChange: (change: Change) => void) {
    this.#parts = parts;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Keeps an execution in memory until it is disposed of. */
  hold(id: number): Disposable {
    const held = this.#held.get(id) ?? { inTurn: turns(), state: undefined, users: 0 };
    this.#held.set(id, held);
    held.users++;
    return {
      [Symbol.dispose]: () => {
        held.users--;
        if (held.users === 0) this.#held.delete(id);
      },
    };
  }

  /** Runs a task when nothing else is being done with this execution. Undefined where it is not there. */
  async inTurn<T>(id: number, task: (state: ExecutionState) => Promise<T>): Promise<T | undefined> {
    using _held = this.hold(id);
    const held = this.#held.get(id);
    return await held?.inTurn(async () => {
      if (held.state === undefined) {
        const loaded = await this.#parts.store.load(id, 'process');
        if (loaded === undefined) return undefined;
        held.state = new ExecutionState(loaded);
      }
      return await task(held.state);
    });
  }

  /** Decides something about an execution, and keeps it. What `decide` throws comes out, and nothing is kept. */
  async decide<T>(id: number, durability: Durability, decide: (draft: Draft) => T): Promise<Decided<T> | undefined> {
    return await this.inTurn(id, (state) => this.decideNow(state, durability, decide));
  }

  /** The same for who has the turn already. */
  async decideNow<T>(state: ExecutionState, durability: Durability, decide: (draft: Draft) => T): Promise<Decided<T>> {
    const { clock, newId, store } = this.#parts;
    const draft = new Draft(state, clock.wall(), newId);
    const value = decide(draft);
    if (!draft.changed) return { value, state, change: undefined };
    const change = draft.change();
    await store[roomOf(state.execution, change)](change, durability);
    state.apply(change);
    this.#onChange(change);
    return { value, state, change };
  }

  /** An execution with what it was given and what came of it. */
  async find(uuid: string): Promise<WholeExecution | undefined> {
    return await this.#parts.store.find(uuid, 'process');
  }
}

import type {
  ChangedOperation,
  ExecutionCommit,
  LoadedExecution,
  NewExecution,
} from '../../../store/durable/contracts/executions.ts';
import type { HistoryEvent } from '../../../model/executions/event.ts';
import type { Execution, ExecutionData } from '../../../model/executions/execution.ts';
import { isOver, type Operation, type OperationData } from '../../../model/executions/operation.ts';
import { wakeOf } from './wake.ts';

/** What has been decided about an execution and is not kept yet. */
export interface Change extends ExecutionCommit {}

/**
 * An execution in memory, while something is decided about it: itself and its operations, without what those were given and gave. Changed only by
 * {@link ExecutionState.apply}, once what was decided is kept.
 */
export class ExecutionState {
  #execution: Execution;
  readonly #operations = new Map<string, Operation>();
  /** Of the operations, those of which something may still come. */
  readonly #open = new Map<string, Operation>();

  constructor({ execution, operations }: LoadedExecution) {
    this.#execution = execution;
    for (const operation of operations) this.#keep(operation);
  }

  get execution(): Execution {
    return this.#execution;
  }

  operation(id: string): Operation | undefined {
    return this.#operations.get(id);
  }

  get operations(): Iterable<Operation> {
    return this.#operations.values();
  }

  get open(): Iterable<Operation> {
    return this.#open.values();
  }

  /** Its function has been told of its changes so far. Not worth being kept at once: it is told anew if that is lost. */
  saw(changes: number): void {
    this.#execution = { ...this.#execution, seen: changes };
  }

  apply({ execution, operations }: Change): void {
    this.#execution = execution;
    for (const { operation } of operations) this.#keep(operation);
  }

  #keep(operation: Operation): void {
    this.#operations.set(operation.id, operation);
    if (isOver(operation)) this.#open.delete(operation.id);
    else this.#open.set(operation.id, operation);
  }
}

/** Gives names that nobody can guess. */
export type NewId = () => string;

/**
 * A change of an execution in the making. What is decided about it is written here, and read here, too; nothing of it is so before it is kept,
 * and nothing at all where whoever writes it throws.
 */
export class Draft {
  readonly now: number;
  readonly newId: NewId;
  readonly #state: ExecutionState;
  #execution: Execution;
  #data: ExecutionData | undefined;
  readonly #operations = new Map<string, ChangedOperation>();
  readonly #events: HistoryEvent[] = [];
  readonly #children: NewExecution[] = [];

  constructor(state: ExecutionState, now: number, newId: NewId) {
    this.#state = state;
    this.#execution = state.execution;
    this.now = now;
    this.newId = newId;
  }

  get execution(): Execution {
    return this.#execution;
  }

  /** Whether anything was decided. */
  get changed(): boolean {
    return this.#execution !== this.#state.execution || this.#operations.size > 0 || this.#events.length > 0;
  }

  operation(id: string): Operation | undefined {
    return this.#operations.get(id)?.operation ?? this.#state.operation(id);
  }

  /** Operations of which something may still come, those that were begun here among them. */
  get open(): readonly Operation[] {
    const before = [...this.#state.open].filter(({ id }) => !this.#operations.has(id));
    const here = [...this.#operations.values()].map(({ operation }) => operation);
    return [...before, ...here].filter((operation) => !isOver(operation));
  }

  set(change: Partial<Execution>): void {
    this.#execution = { ...this.#execution, ...change };
  }

  /** An operation begins. */
  begin(operation: Omit<Operation, 'place' | 'change' | 'startedAt'>, data?: OperationData): Operation {
    const place = this.#execution.operations + 1;
    this.set({ operations: place });
    return this.put({ ...operation, place, change: 0, startedAt: this.now }, data);
  }

  /** An operation is like this from now on. */
  put(operation: Operation, data?: OperationData): Operation {
    const change = this.#execution.changes + 1;
    const kept = { ...operation, change };
    this.set({ changes: change, bytes: this.#execution.bytes + sizeOf(data) });
    const before = this.#operations.get(operation.id)?.data;
    const all = data === undefined ? before : { ...before, ...data };
    this.#operations.set(operation.id, { operation: kept, ...(all !== undefined && { data: all }) });
    return kept;
  }

  /** The same, of which nobody has to be told. */
  quietly(operation: Operation): void {
    const data = this.#operations.get(operation.id)?.data;
    this.#operations.set(operation.id, { operation, ...(data !== undefined && { data }) });
  }

  event(event: Omit<HistoryEvent, 'number' | 'at'>): void {
    const number = this.#execution.events + 1;
    this.#events.push({ ...event, number, at: this.now });
    const inline = event.payload !== undefined && 'text' in event.payload ? (event.payload.text?.length ?? 0) : 0;
    this.set({ events: number, bytes: this.#execution.bytes + inline });
  }

  /** What comes of the execution itself. */
  outcome(data: ExecutionData): void {
    this.#data = data;
    this.set({ bytes: this.#execution.bytes + sizeOf(data) });
  }

  child(child: NewExecution): void {
    this.#children.push(child);
  }

  /** What was decided, to be kept. */
  change(): Change {
    return {
      execution: this.#execution,
      wake: wakeOf(this.#execution, this.open),
      ...(this.#data !== undefined && { data: this.#data }),
      operations: [...this.#operations.values()],
      events: this.#events,
      children: this.#children,
    };
  }
}

function sizeOf(data: OperationData | undefined): number {
  if (data === undefined) return 0;
  const { input = '', result = '', error } = data;
  return (
    Buffer.byteLength(input) + Buffer.byteLength(result) + (error === undefined ? 0 : JSON.stringify(error).length)
  );
}

import { operationWire } from '../../api/executions/operation-wire.ts';
import { executionArn, type Execution } from '../../model/executions/execution.ts';
import type { WholeOperation } from '../../model/executions/operation.ts';
import { limits } from '../../model/limits.ts';

/** Ids of operations that have changed since the last invocation, at most: they are for whoever watches. */
const updatedMax = 1_000;

/** What the function of an execution is invoked with. */
export interface InvocationEventParts {
  readonly execution: Execution;
  readonly input: string | undefined;
  readonly token: string;
  /** The first of those that it has to be told; `rest` of them are read by `marker`. */
  readonly operations: readonly WholeOperation[];
  readonly more: boolean;
  readonly updated: readonly string[];
}

/** AWS's event, and how many of the operations are in it: as many as there is room for. Times are milliseconds in it. */
export function invocationEvent(parts: InvocationEventParts): {
  readonly payload: Buffer;
  readonly operations: number;
} {
  const { execution, token, updated } = parts;
  const texts = [JSON.stringify(operationWire(executionOperation(execution, parts.input), 'milliseconds'))];
  let room = limits.executionPageBytesMax - 2 * updatedMax * 20;
  for (const operation of parts.operations) {
    const text = JSON.stringify(operationWire(operation, 'milliseconds'));
    room -= Buffer.byteLength(text);
    if (room < 0) break;
    texts.push(text);
  }
  const told = texts.length - 1;
  const marker = parts.more || told < parts.operations.length ? stateMarker(told) : '';
  const head = { DurableExecutionArn: executionArn(execution), CheckpointToken: token };
  const tail = { UpdatedOperationIds: updated.slice(0, updatedMax) };
  const state = `"InitialExecutionState":{"Operations":[${texts.join(',')}],"NextMarker":${JSON.stringify(marker)}}`;
  const payload = Buffer.from(`${JSON.stringify(head).slice(0, -1)},${state},${JSON.stringify(tail).slice(1)}`);
  return { payload, operations: told };
}

/** The execution itself, as the first of its operations. */
export function executionOperation(execution: Execution, input: string | undefined): WholeOperation {
  const { uuid, name, startedAt } = execution;
  const operation = { id: uuid, name, place: 0, change: 0, type: 'EXECUTION', status: 'STARTED', startedAt } as const;
  return input === undefined ? operation : { ...operation, input };
}

/** Where a state goes on, after so many of its operations. */
export function stateMarker(told: number): string {
  return Buffer.from(`state\n${told}`).toString('base64url');
}

/** Undefined for what is no such marker. */
export function placeOf(marker: string): number | undefined {
  const [, told] = /^state\n(\d{1,6})$/.exec(Buffer.from(marker, 'base64url').toString()) ?? [];
  return told === undefined ? undefined : Number(told);
}

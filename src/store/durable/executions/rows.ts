import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { HistoryEvent, ToldEvent } from '../../../model/executions/event.ts';
import type { Execution, ExecutionData, WholeExecution } from '../../../model/executions/execution.ts';
import type { ErrorObject, Operation, OperationData, WholeOperation } from '../../../model/executions/operation.ts';

type Row = Record<string, SQLOutputValue>;

/** An execution as it is found by number; only the number is the store's own. */
export function executionIn(row: Row): Execution {
  const record: Omit<Execution, 'id'> = JSON.parse(String(row['record']));
  return { ...record, id: Number(row['id']) };
}

export function wholeExecutionIn(row: Row): WholeExecution {
  return { ...executionIn(row), ...dataIn(row) };
}

export function operationIn(row: Row): Operation {
  const operation: Operation = JSON.parse(String(row['record']));
  return operation;
}

export function wholeOperationIn(row: Row): WholeOperation {
  return { ...operationIn(row), ...dataIn(row) };
}

/** What is kept apart of an operation or an execution. */
function dataIn(row: Row): ExecutionData & OperationData {
  const [input, result, wrong] = [textIn(row['input']), textIn(row['result']), textIn(row['error'])];
  const error: ErrorObject | undefined = wrong === undefined ? undefined : JSON.parse(wrong);
  return {
    ...(input !== undefined && { input }),
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error }),
  };
}

/** An event with what its operation knows; `input` and `result` are there where its payload was asked for. */
export function toldEventIn(row: Row, withData: boolean): ToldEvent {
  const { payload, ...event }: HistoryEvent = JSON.parse(String(row['record']));
  const operation: Partial<Operation> =
    row['operation_record'] === null ? {} : JSON.parse(String(row['operation_record']));
  const { name, subType, parentId } = operation;
  return {
    event,
    ...(name !== undefined && { name }),
    ...(subType !== undefined && { subType }),
    ...(parentId !== undefined && { parentId }),
    ...(payload !== undefined && { payload: { as: payload.as, ...(withData && told(payload, row)) } }),
  };
}

function told(payload: NonNullable<HistoryEvent['payload']>, row: Row): { readonly text?: string } {
  const text =
    'text' in payload ? payload.text : textIn(row[`${payload.at}_${payload.as === 'Input' ? 'input' : 'result'}`]);
  return text === undefined ? {} : { text };
}

export function recordOf({ id: _id, ...record }: Execution): string {
  return JSON.stringify(record);
}

export function orNull(value: string | number | undefined): SQLInputValue {
  return value ?? null;
}

export function errorText(error: ErrorObject | undefined): string | null {
  return error === undefined ? null : JSON.stringify(error);
}

function textIn(value: SQLOutputValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

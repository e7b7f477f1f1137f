import type { ToldEvent } from '../../model/executions/event.ts';
import { executionArn, type Execution, type WholeExecution } from '../../model/executions/execution.ts';

/** An execution as lists show it: AWS's `Execution`. */
export function listedExecution(execution: Execution): Readonly<Record<string, unknown>> {
  const { name, functionArn, status, startedAt, endedAt } = execution;
  return {
    DurableExecutionArn: executionArn(execution),
    DurableExecutionName: name,
    FunctionArn: functionArn,
    Status: status,
    StartTimestamp: startedAt / 1_000,
    ...(endedAt !== undefined && { EndTimestamp: endedAt / 1_000 }),
  };
}

/** What GetDurableExecution answers. */
export function executionWire(execution: WholeExecution, withData: boolean): Readonly<Record<string, unknown>> {
  const { version, input, result, error, durable } = execution;
  return {
    ...listedExecution(execution),
    Version: version,
    DurableConfig: durableConfig(durable),
    ExecutionDataIncluded: withData,
    ...(withData && input !== undefined && { InputPayload: input }),
    ...(withData && result !== undefined && { Result: result }),
    ...(withData && error !== undefined && { Error: error }),
  };
}

/** AWS's `DurableConfig`. */
export function durableConfig({
  timeoutSeconds,
  retentionDays,
}: Execution['durable']): Readonly<Record<string, number>> {
  return { RetentionPeriodInDays: retentionDays, ExecutionTimeout: timeoutSeconds };
}

/** One line of a history: AWS's `Event`. */
export function eventWire({ event, name, subType, parentId, payload }: ToldEvent): Readonly<Record<string, unknown>> {
  const { number, type, at, operationId, details } = event;
  const told =
    payload === undefined
      ? {}
      : { [payload.as]: { ...(payload.text !== undefined && { Payload: payload.text }), Truncated: false } };
  return {
    EventType: type,
    ...(subType !== undefined && { SubType: subType }),
    EventId: number,
    ...(operationId !== undefined && { Id: operationId }),
    ...(name !== undefined && { Name: name }),
    EventTimestamp: at / 1_000,
    ...(parentId !== undefined && { ParentId: parentId }),
    [`${type}Details`]: { ...details, ...told },
  };
}

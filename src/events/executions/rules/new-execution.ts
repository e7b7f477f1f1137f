import type { DurableSettings, Execution, ExecutionKind } from '../../../model/executions/execution.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { NewExecution } from '../../../store/durable/contracts/executions.ts';
import { wakeOf } from './wake.ts';

/** What is to be executed. */
export interface ExecutionStart {
  readonly function: Pick<FunctionVersion, 'account' | 'name' | 'version' | 'arn'>;
  readonly kind: ExecutionKind;
  readonly durable: DurableSettings;
  readonly name: string;
  readonly uuid: string;
  readonly input: string | undefined;
  readonly resultBytesMax: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly parent?: Execution['parent'];
  readonly tenantId?: string;
}

/** An execution at its start: its first event is written, and it is to be invoked at once, unless it runs elsewhere. */
export function newExecution(start: ExecutionStart): NewExecution {
  const { function: fn, kind, durable, name, uuid, input, resultBytesMax, now, parent, tenantId } = start;
  const execution: Execution = {
    id: 0,
    account: fn.account,
    kind,
    functionName: fn.name,
    version: fn.version,
    functionArn: fn.version === '$LATEST' ? `${fn.arn}:$LATEST` : fn.arn,
    name,
    uuid,
    status: 'RUNNING',
    phase: kind === 'program' ? 'elsewhere' : 'ready',
    startedAt: now,
    durable,
    resultBytesMax,
    failures: 0,
    operations: 0,
    events: 1,
    changes: 0,
    seen: 0,
    bytes: Buffer.byteLength(input ?? ''),
    ...(parent !== undefined && { parent }),
    ...(tenantId !== undefined && { tenantId }),
  };
  return {
    execution,
    input,
    event: {
      number: 1,
      type: 'ExecutionStarted',
      at: now,
      operationId: uuid,
      details: { ExecutionTimeout: durable.timeoutSeconds },
      payload: { as: 'Input', at: 'execution' },
    },
    wake: wakeOf(execution, []),
  };
}

import { limits } from '../../../model/limits.ts';
import type { Route } from '../../routes/loaded-later.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';

const executions = '/2025-12-01/durable-executions';
const callback = '/2025-12-01/durable-execution-callbacks/:callbackId';
const one = `${executions}/:durableExecutionArn`;

/** What a function that runs asks about its execution. */
export type CodeOperation = 'CheckpointDurableExecution' | 'GetDurableExecutionState';
/** What is shown of executions. */
export type ReadingOperation = 'GetDurableExecution' | 'GetDurableExecutionHistory' | 'ListDurableExecutionsByFunction';
/** What is done to them. */
export type SteeringOperation =
  | 'StopDurableExecution'
  | 'SendDurableExecutionCallbackSuccess'
  | 'SendDurableExecutionCallbackFailure'
  | 'SendDurableExecutionCallbackHeartbeat';

const get = (path: string): Route => ({ method: 'GET', path, bodyBytesMax: smallBodyBytesMax });
const post = (path: string, bodyBytesMax: number = smallBodyBytesMax): Route => ({
  method: 'POST',
  path,
  bodyBytesMax,
});

/** Where executions and their callbacks are, in the Lambda API. */
export const executionRoutes: Readonly<Record<CodeOperation | ReadingOperation | SteeringOperation, Route>> = {
  CheckpointDurableExecution: post(`${one}/checkpoint`, limits.checkpointBytesMax),
  GetDurableExecutionState: get(`${one}/state`),
  GetDurableExecution: get(one),
  GetDurableExecutionHistory: get(`${one}/history`),
  ListDurableExecutionsByFunction: get('/2025-12-01/functions/:functionName/durable-executions'),
  StopDurableExecution: post(`${one}/stop`),
  SendDurableExecutionCallbackSuccess: post(`${callback}/succeed`, limits.operationBytesMax),
  SendDurableExecutionCallbackFailure: post(`${callback}/fail`, limits.operationBytesMax),
  SendDurableExecutionCallbackHeartbeat: post(`${callback}/heartbeat`, limits.operationBytesMax),
};

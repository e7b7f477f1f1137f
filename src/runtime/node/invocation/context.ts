import type { RuntimeInit } from '../../../protocol/messages.ts';
import type { Invocation } from './invocation.ts';

const { now } = Date;

/** The second argument of a handler, as AWS Lambda documents it. */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext: unknown;
  readonly identity: undefined;
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** `clientContext` is the one of the invocation, parsed. A plain object, all of it visible to `console.log(context)`. */
export function makeContext(init: RuntimeInit, invocation: Invocation): LambdaContext {
  const { deadlineWallMs, requestId, clientContext } = invocation;
  return {
    get callbackWaitsForEmptyEventLoop() {
      return invocation.waitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(waits: boolean) {
      invocation.waitsForEmptyEventLoop = waits;
    },
    functionVersion: init.functionVersion,
    functionName: init.functionName,
    // Text, as in AWS Lambda, where it comes from an environment variable.
    memoryLimitInMB: String(init.memoryMb),
    logGroupName: init.logGroup,
    logStreamName: init.logStream,
    clientContext,
    identity: undefined,
    invokedFunctionArn: init.functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineWallMs - now(),
  };
}

import type { RuntimeInit } from '../../../protocol/messages.ts';
import { takesCallbacks } from './handler-style.ts';
import type { Invocation } from './invocation.ts';

const now = performance.now.bind(performance);
const { floor } = Math;

/** The second argument of a handler, as AWS Lambda documents it. */
export interface LambdaContext {
  /** Where handlers may take callbacks. */
  callbackWaitsForEmptyEventLoop?: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext: unknown;
  readonly identity: undefined;
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  readonly tenantId?: string | undefined;
  readonly xRayTraceId?: string | undefined;
  getRemainingTimeInMillis(): number;
}

/**
 * To be called right before the handler: its time counts from here, which is a moment before the host begins to count.
 * `clientContext` is the one of the invocation, parsed. A plain object, all of it visible to `console.log(context)`.
 */
export function makeContext(init: RuntimeInit, invocation: Invocation): LambdaContext {
  const { timeoutMs, requestId, clientContext, tenantId, traceId, invokedArn = init.functionArn } = invocation;
  const beganAt = now();
  const common = {
    functionVersion: init.functionVersion,
    functionName: init.functionName,
    // Text, as in AWS Lambda, where it comes from an environment variable.
    memoryLimitInMB: String(init.memoryMb),
    logGroupName: init.logGroup,
    logStreamName: init.logStream,
    clientContext,
    identity: undefined,
    invokedFunctionArn: invokedArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => floor(timeoutMs - (now() - beganAt)),
  };
  if (!takesCallbacks) return { ...common, tenantId, xRayTraceId: traceId };
  return {
    get callbackWaitsForEmptyEventLoop() {
      return invocation.waitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(waits: boolean) {
      invocation.waitsForEmptyEventLoop = waits;
    },
    ...common,
    ...(tenantId === undefined ? {} : { tenantId }),
  };
}
